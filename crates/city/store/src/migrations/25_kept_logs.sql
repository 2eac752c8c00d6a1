-- 保存的日志: logs that somebody brought, as Parquet beside the database under `hash`; told apart by `id`, a token of
-- their addresses. `shared` colleagues of the region may read; who brought one describes, shares and deletes it.
CREATE TABLE kept_log (
  id     TEXT NOT NULL,
  owner  BIGINT NOT NULL,
  region TEXT NOT NULL,
  name   TEXT NOT NULL,
  note   TEXT NOT NULL,
  shared BIGINT NOT NULL,
  hash   TEXT NOT NULL,
  size   BIGINT NOT NULL,
  cases  BIGINT NOT NULL,
  events BIGINT NOT NULL,
  meta   TEXT NOT NULL,
  at     BIGINT NOT NULL,
  PRIMARY KEY (id)
) @STRICT;
CREATE INDEX kept_log_owner ON kept_log (owner);
CREATE INDEX kept_log_shared ON kept_log (at) WHERE shared = 1;
CREATE INDEX kept_log_hash ON kept_log (hash);
