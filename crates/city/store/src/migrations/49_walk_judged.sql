-- 走过场信号的处理: what a supervisor found when he looked at a walk; once for each walk.
CREATE TABLE walk_judged (
  walk    BIGINT NOT NULL,
  verdict TEXT NOT NULL,
  words   TEXT NOT NULL,
  staff   BIGINT NOT NULL,
  at      BIGINT NOT NULL
) @STRICT;
CREATE UNIQUE INDEX walk_judged_walk ON walk_judged (walk);
