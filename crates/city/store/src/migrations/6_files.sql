-- 附件: what somebody brought. The bytes lie beside the database under their SM3 hash; here is under which
-- name, by whom, and which act it became part of. `ticket` is what the form that brought it holds.
CREATE TABLE upload (
  id     @ID,
  ticket TEXT NOT NULL,
  hash   TEXT NOT NULL,
  name   TEXT NOT NULL,
  kind   TEXT NOT NULL,
  size   BIGINT NOT NULL,
  at     BIGINT NOT NULL,
  staff  BIGINT,
  stream BIGINT,
  ver    BIGINT
) @STRICT;
CREATE UNIQUE INDEX upload_ticket ON upload (ticket);
CREATE INDEX upload_stream ON upload (stream) WHERE stream IS NOT NULL;
CREATE INDEX upload_waiting ON upload (at) WHERE stream IS NULL;
CREATE INDEX upload_hash ON upload (hash);
