-- 导入台: a file that somebody brought to be read: how it is to be read, how far that is, and what came of it. The bytes
-- lie beside the database under `hash`, the rows that were not taken under `aside`. A run holds the row for a limited
-- time (lease); who lost it writes nothing more.
CREATE TABLE brought (
  id           @ID,
  door         TEXT NOT NULL,
  staff        BIGINT NOT NULL,
  name         TEXT NOT NULL,
  hash         TEXT NOT NULL,
  size         BIGINT NOT NULL,
  asked        TEXT NOT NULL,
  state        TEXT NOT NULL,
  done         BIGINT NOT NULL,
  total        BIGINT NOT NULL,
  answer       TEXT NOT NULL,
  aside        TEXT NOT NULL,
  tries        BIGINT NOT NULL,
  lease        BIGINT NOT NULL,
  leased_until BIGINT NOT NULL,
  at           BIGINT NOT NULL
) @STRICT;
CREATE INDEX brought_running ON brought (leased_until) WHERE state = 'running';
CREATE INDEX brought_staff ON brought (staff, id);
CREATE INDEX brought_at ON brought (at);
CREATE INDEX brought_hash ON brought (hash);
CREATE INDEX brought_aside ON brought (aside);
-- 列对应模板: how the files of one office are read, found again by the names of their columns.
CREATE TABLE sheet_template (
  id    @ID,
  door  TEXT NOT NULL,
  name  TEXT NOT NULL,
  heads TEXT NOT NULL,
  asked TEXT NOT NULL,
  staff BIGINT NOT NULL,
  at    BIGINT NOT NULL
) @STRICT;
CREATE UNIQUE INDEX sheet_template_name ON sheet_template (door, name);
