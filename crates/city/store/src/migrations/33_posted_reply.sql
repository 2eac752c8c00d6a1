-- 进厅不办事的说明: what a unit says about a week at a window; the words are in the record of the hall (stream kind 20).
CREATE TABLE posted_reply (
  hall  BIGINT NOT NULL,
  week  BIGINT NOT NULL,
  desk  BIGINT NOT NULL,
  staff BIGINT NOT NULL,
  at    BIGINT NOT NULL,
  actor BIGINT,
  words TEXT NOT NULL,
  PRIMARY KEY (hall, week, desk, staff, at)
) @COMPACT;
