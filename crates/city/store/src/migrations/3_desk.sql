-- Gapless numbers by name (受理编号 and the like).
CREATE TABLE counter (
  name TEXT PRIMARY KEY,
  last BIGINT NOT NULL
) @COMPACT;

-- Answers to requests that carried an idempotency key.
CREATE TABLE idempotency (
  actor    TEXT NOT NULL,
  name     TEXT NOT NULL,
  digest   BLOB NOT NULL,
  status   BIGINT NOT NULL,
  answer   TEXT NOT NULL,
  until    BIGINT NOT NULL,
  PRIMARY KEY (actor, name)
) @STRICT;
CREATE INDEX idempotency_until ON idempotency (until);

-- Settings: documents with versions and the moment from which each is in force.
CREATE TABLE setting (
  name    TEXT NOT NULL,
  ver     BIGINT NOT NULL,
  since   BIGINT NOT NULL,
  written BIGINT NOT NULL,
  staff   BIGINT,
  doc     TEXT NOT NULL,
  PRIMARY KEY (name, ver)
) @STRICT;
