-- 文: what is kept of what people write. All but the verdicts, the choices and the precedents follows from the
-- record and can be built anew.

-- How far the record was read, and other single numbers.
CREATE TABLE text_state (
  name TEXT PRIMARY KEY,
  n    BIGINT NOT NULL,
  at   BIGINT NOT NULL
) @COMPACT;

-- The signature of each case for comparing, and the bands under which likely twins meet.
CREATE TABLE text_doc (
  case_id @KEY,
  sig     BLOB NOT NULL
) @STRICT;
CREATE TABLE text_band (
  band    BIGINT NOT NULL,
  case_id BIGINT NOT NULL,
  PRIMARY KEY (band, case_id)
) @COMPACT;

-- The terms under which a case is found, and whose it is.
--@sqlite
CREATE VIRTUAL TABLE text_term USING fts5(t, content='', contentless_delete=1, detail=none, tokenize='ascii');
--@postgres
CREATE TABLE text_term (
  case_id BIGINT PRIMARY KEY,
  marks   INTEGER[] NOT NULL
);
ALTER TABLE text_term ALTER COLUMN marks SET STORAGE PLAIN;
CREATE INDEX text_term_marks ON text_term USING gin (marks) WITH (gin_pending_list_limit = 1024);
--@both

-- What a person said about two cases: the same matter, or come back. a is the earlier one.
CREATE TABLE text_verdict (
  kind    TEXT NOT NULL,
  a       BIGINT NOT NULL,
  b       BIGINT NOT NULL,
  holds   BIGINT NOT NULL,
  at      BIGINT NOT NULL,
  PRIMARY KEY (kind, a, b)
) @COMPACT;
CREATE INDEX text_verdict_b ON text_verdict (b, kind);

-- Which units were proposed when a person chose one, and which one was chosen.
CREATE TABLE text_choice (
  case_id BIGINT NOT NULL,
  ver     BIGINT NOT NULL,
  at      BIGINT NOT NULL,
  model   BIGINT NOT NULL,
  p       DOUBLE PRECISION NOT NULL,
  place   BIGINT NOT NULL,
  chosen  BIGINT NOT NULL,
  PRIMARY KEY (case_id, ver)
) @COMPACT;
CREATE INDEX text_choice_at ON text_choice (at);

-- Models learned from confirmed dispatches, each with what it was worth on letters it had not seen.
CREATE TABLE text_model (
  ver      @KEY,
  made     BIGINT NOT NULL,
  examples BIGINT NOT NULL,
  labels   BIGINT NOT NULL,
  judged   BIGINT NOT NULL,
  first    BIGINT NOT NULL,
  three    BIGINT NOT NULL,
  gap      DOUBLE PRECISION NOT NULL,
  doc      BLOB NOT NULL
) @STRICT;

-- Hot matters of the last so many days.
CREATE TABLE text_hot (
  days @KEY,
  made BIGINT NOT NULL,
  read BIGINT NOT NULL,
  doc  TEXT NOT NULL
) @STRICT;

-- Replies as they were weighed; twin: a case with the same wording for another problem.
CREATE TABLE text_reply (
  case_id   BIGINT NOT NULL,
  ver       BIGINT NOT NULL,
  at        BIGINT NOT NULL,
  unit      BIGINT,
  score     BIGINT NOT NULL,
  signals   TEXT NOT NULL,
  twin      BIGINT,
  print     BLOB NOT NULL,
  PRIMARY KEY (case_id, ver)
) @COMPACT;
CREATE INDEX text_reply_signal ON text_reply (at) WHERE signals <> '';

-- 先例
CREATE TABLE precedent (
  id       @ID,
  case_id  BIGINT NOT NULL,
  made     BIGINT NOT NULL,
  staff    BIGINT,
  unit     BIGINT,
  title    TEXT NOT NULL,
  problem  TEXT NOT NULL,
  obstacle TEXT NOT NULL,
  solution TEXT NOT NULL,
  basis    TEXT NOT NULL,
  item     TEXT NOT NULL,
  cause    TEXT NOT NULL
) @STRICT;
CREATE UNIQUE INDEX precedent_case ON precedent (case_id);
