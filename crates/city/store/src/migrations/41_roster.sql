-- 排班表: who sits where and when in a hall from one day to another; every version is in the record (stream kind 26).
CREATE TABLE roster (
  id    @KEY,
  ver   BIGINT NOT NULL,
  hall  BIGINT NOT NULL,
  first BIGINT NOT NULL,
  last  BIGINT NOT NULL,
  state TEXT NOT NULL,
  doc   TEXT NOT NULL
) @STRICT;
CREATE INDEX roster_hall ON roster (hall, first);
-- 请假: who is away, and where the request stands; what happened to it is in its events (stream kind 27).
CREATE TABLE roster_leave (
  id    @KEY,
  ver   BIGINT NOT NULL,
  hall  BIGINT NOT NULL,
  staff BIGINT NOT NULL,
  first BIGINT NOT NULL,
  last  BIGINT NOT NULL,
  hours TEXT NOT NULL,
  kind  TEXT NOT NULL,
  state TEXT NOT NULL,
  at    BIGINT NOT NULL
) @STRICT;
CREATE INDEX roster_leave_last ON roster_leave (last, id);
CREATE INDEX roster_leave_hall ON roster_leave (hall, last);
-- 交接单: what one at a window hands to the next; what happened to it is in its events (stream kind 28). `desk` is the window.
CREATE TABLE hand_over (
  id    @KEY,
  ver   BIGINT NOT NULL,
  hall  BIGINT NOT NULL,
  desk  BIGINT NOT NULL,
  day   BIGINT NOT NULL,
  gives BIGINT NOT NULL,
  takes BIGINT NOT NULL,
  state TEXT NOT NULL,
  doc   TEXT NOT NULL
) @STRICT;
CREATE INDEX hand_over_hall ON hand_over (hall, day);
CREATE INDEX hand_over_gives ON hand_over (gives, day);
CREATE INDEX hand_over_takes ON hand_over (takes, day);
