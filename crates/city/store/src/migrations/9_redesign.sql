-- 再造案: where each redesign stands now. Everything here follows from its events (stream kind 7).
CREATE TABLE redesign (
  id      @ID,
  number  TEXT NOT NULL,
  ver     BIGINT NOT NULL,
  title   TEXT NOT NULL,
  item    TEXT,
  region  TEXT NOT NULL,
  unit    BIGINT NOT NULL,
  stage   TEXT NOT NULL,
  made    BIGINT NOT NULL,
  changed BIGINT NOT NULL,
  state   TEXT NOT NULL
) @STRICT;
CREATE UNIQUE INDEX redesign_number ON redesign (number);
CREATE INDEX redesign_changed ON redesign (changed, id);
-- The redesign of an item that was published last.
CREATE INDEX redesign_item ON redesign (item, changed) WHERE item IS NOT NULL;

-- Which unit was asked, and whether it has answered.
CREATE TABLE redesign_review (
  unit     BIGINT NOT NULL,
  redesign BIGINT NOT NULL,
  pending  BIGINT NOT NULL,
  PRIMARY KEY (unit, redesign)
) @COMPACT;
