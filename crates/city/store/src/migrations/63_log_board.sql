-- 日志看板 (O4): what somebody looks at together of logs, as questions that are asked again each time; `shared` colleagues
-- of the region see it too.
CREATE TABLE log_board (
  id     @ID,
  owner  BIGINT NOT NULL,
  region TEXT NOT NULL,
  shared BIGINT NOT NULL,
  ver    BIGINT NOT NULL,
  at     BIGINT NOT NULL,
  doc    TEXT NOT NULL
) @STRICT;
CREATE INDEX log_board_owner ON log_board (owner, id);
CREATE INDEX log_board_shared ON log_board (id) WHERE shared = 1;
