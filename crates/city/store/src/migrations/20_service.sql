-- 办件: where each application stands now. Everything here follows from its events (stream kind 13).
CREATE TABLE application (
  id        @KEY,
  number    TEXT NOT NULL,
  ver       BIGINT NOT NULL,
  theme     TEXT NOT NULL,
  name      TEXT NOT NULL,
  region    TEXT NOT NULL,
  reception BIGINT NOT NULL,
  lead      BIGINT NOT NULL,
  channel   TEXT NOT NULL,
  stage     TEXT NOT NULL,
  due       BIGINT,
  next_at   BIGINT,
  calendar  TEXT NOT NULL,
  begun     BIGINT NOT NULL,
  submitted BIGINT,
  accepted  BIGINT,
  decided   BIGINT,
  ended     BIGINT,
  ending    TEXT NOT NULL,
  state     TEXT NOT NULL
) @STRICT;
CREATE UNIQUE INDEX application_number ON application (number);
CREATE INDEX application_reception ON application (reception, stage, due, id);
CREATE INDEX application_region ON application (region, stage, due, id);
-- Handled numbers of a theme.
CREATE INDEX application_theme ON application (theme, submitted, region, stage);
-- The worker finds what became due, and what another calendar may move, by these alone.
CREATE INDEX application_next ON application (next_at, id) WHERE next_at IS NOT NULL;
CREATE INDEX application_ended ON application (ended, id) WHERE ended IS NOT NULL;
CREATE INDEX application_calendar ON application (calendar, id) WHERE next_at IS NOT NULL;

-- What units have to do in it: `open` is 1 while it can be worked on.
CREATE TABLE application_task (
  application BIGINT NOT NULL,
  task        BIGINT NOT NULL,
  unit        BIGINT NOT NULL,
  open        BIGINT NOT NULL,
  due         BIGINT NOT NULL,
  PRIMARY KEY (application, task)
) @COMPACT;
CREATE INDEX application_task_unit ON application_task (unit, open, due, application);

-- The items in it, for handled numbers.
CREATE TABLE application_part (
  application BIGINT NOT NULL,
  part        BIGINT NOT NULL,
  item        TEXT NOT NULL,
  unit        BIGINT NOT NULL,
  PRIMARY KEY (application, part)
) @COMPACT;
CREATE INDEX application_part_item ON application_part (item, application);

-- 表单: what was filled in, sealed (SM4, HMAC-SM3); the record holds a keyed digest and which fields are there.
CREATE TABLE application_form (
  application @KEY,
  sealed      BLOB NOT NULL
) @STRICT;

-- 一件事: the version in force; every version is in the record (stream kind 14).
CREATE TABLE theme (
  id      @KEY,
  code    TEXT NOT NULL,
  ver     BIGINT NOT NULL,
  version BIGINT NOT NULL,
  name    TEXT NOT NULL,
  region  TEXT NOT NULL,
  state   TEXT NOT NULL,
  doc     TEXT NOT NULL
) @STRICT;
CREATE UNIQUE INDEX theme_code ON theme (code);

-- 已有结果 (X8): what was issued here, to whom (a keyed digest), so that the next office does not ask for it again.
CREATE TABLE held_result (
  id          @ID,
  subject     TEXT NOT NULL,
  name        TEXT NOT NULL,
  number      TEXT NOT NULL,
  unit        BIGINT NOT NULL,
  issued      BIGINT NOT NULL,
  until       TEXT NOT NULL,
  application BIGINT NOT NULL
) @STRICT;
CREATE INDEX held_subject ON held_result (subject, name, issued);
CREATE INDEX held_application ON held_result (application);
-- 用途留痕: every look at it, for whom, what for, and what was found.
CREATE TABLE held_use (
  id          @ID,
  held        BIGINT NOT NULL,
  application BIGINT NOT NULL,
  unit        BIGINT,
  at          BIGINT NOT NULL,
  purpose     TEXT NOT NULL,
  result      TEXT NOT NULL
) @STRICT;
CREATE INDEX held_use_held ON held_use (held, id);
