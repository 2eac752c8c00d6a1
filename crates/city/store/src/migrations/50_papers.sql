-- 发文: the way of an official paper; each step of it is in its events (stream kind 31). `holder`: the person it waits for, `series` and
-- `seq`: what its number is made of, given once each.
CREATE TABLE paper (
  id      @ID,
  ver     BIGINT NOT NULL,
  unit    BIGINT NOT NULL,
  kind    TEXT NOT NULL,
  subject BIGINT NOT NULL,
  form    TEXT NOT NULL,
  stage   TEXT NOT NULL,
  title   TEXT NOT NULL,
  drafter BIGINT NOT NULL,
  holder  BIGINT,
  series  TEXT NOT NULL,
  seq     BIGINT NOT NULL,
  number  TEXT NOT NULL,
  made    BIGINT NOT NULL,
  issued  BIGINT,
  next_at BIGINT,
  doc     TEXT NOT NULL
) @STRICT;
CREATE UNIQUE INDEX paper_number ON paper (series, seq) WHERE seq > 0;
CREATE INDEX paper_subject ON paper (kind, subject) WHERE subject > 0;
CREATE INDEX paper_holder ON paper (holder, id) WHERE holder IS NOT NULL;
CREATE INDEX paper_unit ON paper (unit, id) WHERE issued IS NOT NULL;
CREATE INDEX paper_next ON paper (next_at, id) WHERE next_at IS NOT NULL;

-- 各稿: its text as each person left it.
CREATE TABLE paper_text (
  id     @ID,
  paper  BIGINT NOT NULL,
  n      BIGINT NOT NULL,
  author BIGINT NOT NULL,
  at     BIGINT NOT NULL,
  doc    TEXT NOT NULL
) @STRICT;
CREATE UNIQUE INDEX paper_text_n ON paper_text (paper, n);

-- 经手: on whose lists it stands. `sort`: `staff` who had a hand in it, `agree` a unit asked to agree, `take` a unit it goes to; `open`: 1
-- while something is asked of them.
CREATE TABLE paper_part (
  sort  TEXT NOT NULL,
  who   BIGINT NOT NULL,
  paper BIGINT NOT NULL,
  open  BIGINT NOT NULL,
  PRIMARY KEY (sort, who, paper)
) @COMPACT;
CREATE INDEX paper_part_paper ON paper_part (paper);
