-- 常用视图: a list as somebody asks for it often; one with a unit is shared with that unit.
CREATE TABLE list_view (
  id      @ID,
  list    TEXT NOT NULL,
  staff   BIGINT NOT NULL,
  unit    BIGINT,
  name    TEXT NOT NULL,
  place   BIGINT NOT NULL,
  query   TEXT NOT NULL,
  columns TEXT NOT NULL,
  at      BIGINT NOT NULL
) @STRICT;
CREATE INDEX list_view_staff ON list_view (staff, list);
CREATE INDEX list_view_unit ON list_view (unit, list) WHERE unit IS NOT NULL;
-- 列: which columns somebody has a list with, and the view that it opens with.
CREATE TABLE list_choice (
  staff   BIGINT NOT NULL,
  list    TEXT NOT NULL,
  columns TEXT NOT NULL,
  first   BIGINT,
  PRIMARY KEY (staff, list)
) @COMPACT;
CREATE INDEX list_choice_first ON list_choice (first) WHERE first IS NOT NULL;
-- 大屏: boards that turn on a wall; who has the link sees them until it ends.
CREATE TABLE wall (
  id     @ID,
  region TEXT NOT NULL,
  staff  BIGINT NOT NULL,
  made   BIGINT NOT NULL,
  ends   BIGINT NOT NULL,
  ended  BIGINT,
  doc    TEXT NOT NULL
) @STRICT;
CREATE INDEX wall_region ON wall (region, id);
