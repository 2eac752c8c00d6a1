-- 督: facts of each subject, made from its events and from nothing else; may be thrown away and made again.
-- `mark` is the place of the last event in it, so that a reader fetches only what changed.
CREATE TABLE fact (
  sort BIGINT NOT NULL,
  id   BIGINT NOT NULL,
  mark BIGINT NOT NULL,
  data BLOB NOT NULL,
  PRIMARY KEY (sort, id)
) @STRICT;
CREATE INDEX fact_mark ON fact (mark);
-- How far each reader of the record has come.
CREATE TABLE projection (
  name TEXT PRIMARY KEY,
  seq  BIGINT NOT NULL
) @COMPACT;

-- 一次服务: one service that was given, the thing a rating is about. Row E1.
CREATE TABLE service (
  id      @ID,
  code    TEXT NOT NULL,
  unit    BIGINT NOT NULL,
  region  TEXT NOT NULL,
  place   TEXT NOT NULL,
  item    TEXT NOT NULL,
  theme   TEXT NOT NULL,
  at      BIGINT NOT NULL,
  source  TEXT NOT NULL,
  case_id BIGINT
) @STRICT;
CREATE UNIQUE INDEX service_code ON service (code);
CREATE INDEX service_at ON service (at);
CREATE INDEX service_unit ON service (unit, at);

-- 评价: first and second rating of a service. No name of who rated is kept here, and the device only as a digest.
CREATE TABLE rating (
  id         @ID,
  service    BIGINT NOT NULL,
  times      BIGINT NOT NULL,
  level      BIGINT NOT NULL,
  by_default BIGINT NOT NULL,
  channel    TEXT NOT NULL,
  reasons    TEXT NOT NULL,
  words      TEXT NOT NULL,
  at         BIGINT NOT NULL,
  device     TEXT,
  state      TEXT NOT NULL,
  ground     TEXT NOT NULL DEFAULT '',
  decision   TEXT NOT NULL DEFAULT '',
  case_id    BIGINT
) @STRICT;
CREATE UNIQUE INDEX rating_once ON rating (service, times);
CREATE INDEX rating_case ON rating (case_id) WHERE case_id IS NOT NULL;
CREATE INDEX rating_state ON rating (state, id) WHERE state <> 'counted';

-- 公文: bulletins, drafted and issued.
CREATE TABLE bulletin (
  id     @ID,
  form   TEXT NOT NULL,
  title  TEXT NOT NULL,
  state  TEXT NOT NULL,
  ver    BIGINT NOT NULL,
  region TEXT NOT NULL,
  made   BIGINT NOT NULL,
  doc    TEXT NOT NULL
) @STRICT;

-- 加分、扣分、不计: asked for, decided by somebody else. Row S3.
CREATE TABLE score_adjust (
  id       @ID,
  unit     BIGINT NOT NULL,
  doc      TEXT NOT NULL,
  state    TEXT NOT NULL,
  asked_by BIGINT,
  at       BIGINT NOT NULL
) @STRICT;
CREATE INDEX score_adjust_unit ON score_adjust (unit, id);

-- 抽查: a draw and what was found. Row S4.
CREATE TABLE drawing (
  id   @ID,
  seed TEXT NOT NULL,
  at   BIGINT NOT NULL,
  doc  TEXT NOT NULL
) @STRICT;

-- 责任追究登记. Row S5.
CREATE TABLE accountability (
  id    @ID,
  unit  BIGINT NOT NULL,
  state TEXT NOT NULL,
  at    BIGINT NOT NULL,
  doc   TEXT NOT NULL
) @STRICT;
CREATE INDEX accountability_unit ON accountability (unit, id);

-- 公开: answers and typical cases, and whether they still are. Rows R13, P5.
CREATE TABLE publication (
  id      @ID,
  case_id BIGINT NOT NULL,
  state   TEXT NOT NULL,
  at      BIGINT NOT NULL,
  doc     TEXT NOT NULL
) @STRICT;
CREATE UNIQUE INDEX publication_case ON publication (case_id);
CREATE INDEX publication_shown ON publication (at, id) WHERE state = 'shown';
