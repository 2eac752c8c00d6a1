-- 待办作业: what has to be done later, exactly once.
CREATE TABLE job (
  id           @ID,
  kind         TEXT NOT NULL,
  unique_key   TEXT,
  due_at       BIGINT NOT NULL,
  payload      TEXT NOT NULL,
  attempts     BIGINT NOT NULL DEFAULT 0,
  lease        BIGINT NOT NULL DEFAULT 0,
  leased_until BIGINT,
  state        TEXT NOT NULL DEFAULT 'waiting',
  error        TEXT
) @STRICT;
-- Work is found by this index alone: what waits, the earliest first.
CREATE INDEX job_due ON job (due_at, id) WHERE state = 'waiting';
CREATE INDEX job_leased ON job (leased_until) WHERE state = 'leased';
CREATE INDEX job_dead ON job (id) WHERE state = 'dead';
CREATE UNIQUE INDEX job_unique ON job (kind, unique_key) WHERE unique_key IS NOT NULL;
