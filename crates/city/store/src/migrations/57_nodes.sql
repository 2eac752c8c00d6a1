-- 多节点: what belonged to one node lies where every node finds it.
-- 附件内容: files by their hash, in pieces; `whole`: 1 once all of it is there.
CREATE TABLE blob (
  hash  TEXT NOT NULL PRIMARY KEY,
  size  BIGINT NOT NULL,
  whole BIGINT NOT NULL,
  at    BIGINT NOT NULL
) @COMPACT;
CREATE TABLE blob_piece (
  hash  TEXT NOT NULL,
  n     BIGINT NOT NULL,
  bytes BLOB NOT NULL,
  PRIMARY KEY (hash, n)
) @STRICT;
-- 附件放哪里: `directory` or `database`; without the row the engine decides.
CREATE TABLE blob_home (
  id   @KEY,
  home TEXT NOT NULL
) @STRICT;
--@postgres
-- A city that has files keeps them in the directory that its nodes share, until they are moved.
INSERT INTO blob_home (id, home) SELECT 1, 'directory'
  WHERE EXISTS (SELECT 1 FROM upload) OR EXISTS (SELECT 1 FROM brought) OR EXISTS (SELECT 1 FROM kept_log);
--@both
-- 待认列的日志: a table of somebody's that waits to be told which column means what; one of each person.
CREATE TABLE log_waiting (
  owner   @KEY,
  id      TEXT NOT NULL,
  name    TEXT NOT NULL,
  hash    TEXT NOT NULL,
  mapping TEXT NOT NULL,
  trouble TEXT NOT NULL,
  at      BIGINT NOT NULL
) @STRICT;
CREATE INDEX log_waiting_hash ON log_waiting (hash);
-- 提交记号: how many groups a connection that writes has committed; tells what became of a commit that was not answered.
CREATE TABLE committed (
  writer TEXT NOT NULL PRIMARY KEY,
  n      BIGINT NOT NULL,
  at     BIGINT NOT NULL
) @COMPACT;
-- 限流: what a network asked of one node in the last minutes, for the others; the network as a keyed digest.
CREATE TABLE asked_lately (
  id   @ID,
  node TEXT NOT NULL,
  way  TEXT NOT NULL,
  net  BIGINT NOT NULL,
  n    BIGINT NOT NULL,
  at   BIGINT NOT NULL
) @STRICT;
CREATE INDEX asked_lately_at ON asked_lately (at);
