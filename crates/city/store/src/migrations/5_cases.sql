-- 件: where each case stands now. Everything here follows from its events.
CREATE TABLE case_file (
  id          @KEY,
  number      TEXT NOT NULL,
  ver         BIGINT NOT NULL,
  kind        TEXT NOT NULL,
  channel     TEXT NOT NULL,
  region      TEXT NOT NULL,
  first_asked BIGINT NOT NULL,
  unit        BIGINT,
  stage       TEXT NOT NULL,
  title       TEXT NOT NULL,
  lodged      BIGINT NOT NULL,
  due         BIGINT,
  provisional BIGINT NOT NULL,
  next_at     BIGINT,
  closed      BIGINT,
  rounds      BIGINT NOT NULL,
  returns     BIGINT NOT NULL,
  support     BIGINT NOT NULL,
  campaign    TEXT,
  item        TEXT,
  state       TEXT NOT NULL
) @STRICT;
CREATE UNIQUE INDEX case_number ON case_file (number);
-- A list of one stage, and of one unit in one stage, what expires first on top.
CREATE INDEX case_stage ON case_file (stage, due, id);
CREATE INDEX case_unit ON case_file (unit, stage, due, id) WHERE unit IS NOT NULL;
CREATE INDEX case_first ON case_file (first_asked, stage, due, id);
-- The worker finds what became due by this index alone.
CREATE INDEX case_next ON case_file (next_at, id) WHERE next_at IS NOT NULL;
-- Limits that rest on a calendar not yet published.
CREATE INDEX case_provisional ON case_file (id) WHERE provisional = 1;

-- Units that see a case without owning it: co-handlers and former owners.
CREATE TABLE case_party (
  unit    BIGINT NOT NULL,
  case_id BIGINT NOT NULL,
  PRIMARY KEY (unit, case_id)
) @COMPACT;

-- 反映人: sealed (SM4, HMAC-SM3); the record holds only a keyed digest.
CREATE TABLE contact (
  case_id @KEY,
  sealed  BLOB NOT NULL
) @STRICT;

-- 导入: files taken in, and what became of each row.
CREATE TABLE import_file (
  id       @ID,
  digest   BLOB NOT NULL,
  name     TEXT NOT NULL,
  campaign TEXT,
  rows     BIGINT NOT NULL,
  done     BIGINT NOT NULL,
  began    BIGINT NOT NULL,
  ended    BIGINT
) @STRICT;
CREATE UNIQUE INDEX import_digest ON import_file (digest);
CREATE TABLE import_row (
  content BLOB NOT NULL,
  file    BIGINT NOT NULL,
  row     BIGINT NOT NULL,
  case_id BIGINT NOT NULL,
  PRIMARY KEY (content)
) @COMPACT;
CREATE TABLE import_refused (
  file   BIGINT NOT NULL,
  row    BIGINT NOT NULL,
  why    TEXT NOT NULL,
  PRIMARY KEY (file, row)
) @COMPACT;
