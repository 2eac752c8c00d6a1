-- 事项: what a list shows of each item; the text of each version is beside it.
CREATE TABLE item (
  id       @KEY,
  code     TEXT NOT NULL,
  handling TEXT NOT NULL,
  ver      BIGINT NOT NULL,
  version  BIGINT NOT NULL,
  name     TEXT NOT NULL,
  unit     TEXT NOT NULL,
  unit_id  BIGINT,
  region   TEXT NOT NULL,
  kind     TEXT NOT NULL,
  in_hall  BIGINT NOT NULL,
  online   BIGINT NOT NULL,
  findings BIGINT NOT NULL,
  rules    BIGINT NOT NULL
) @STRICT;
CREATE UNIQUE INDEX item_key ON item (code, handling);

CREATE TABLE item_version (
  item    BIGINT NOT NULL,
  version BIGINT NOT NULL,
  since   TEXT NOT NULL,
  written BIGINT NOT NULL,
  digest  BLOB NOT NULL,
  doc     TEXT NOT NULL,
  PRIMARY KEY (item, version)
) @STRICT;

-- 攻略: one guide for an item and a place, with its review round.
CREATE TABLE guide (
  id     @KEY,
  item   BIGINT NOT NULL,
  region TEXT NOT NULL,
  ver    BIGINT NOT NULL,
  stage  TEXT NOT NULL,
  doc    TEXT NOT NULL
) @STRICT;
CREATE UNIQUE INDEX guide_of ON guide (item, region);
CREATE TABLE guide_comment (
  id     @ID,
  guide  BIGINT NOT NULL,
  at     BIGINT NOT NULL,
  words  TEXT NOT NULL,
  answer TEXT
) @STRICT;
CREATE INDEX guide_comment_of ON guide_comment (guide, id);

-- 门牌: where they hang; scans are a number for a plate and a day.
CREATE TABLE plate (
  number @KEY,
  ver    BIGINT NOT NULL,
  issue  BIGINT NOT NULL,
  place  TEXT NOT NULL,
  region TEXT NOT NULL,
  items  TEXT NOT NULL
) @STRICT;
CREATE TABLE plate_scan (
  plate BIGINT NOT NULL,
  day   TEXT NOT NULL,
  n     BIGINT NOT NULL,
  PRIMARY KEY (plate, day)
) @COMPACT;

-- 行动
CREATE TABLE campaign (
  id       @KEY,
  ver      BIGINT NOT NULL,
  name     TEXT NOT NULL,
  first_day TEXT NOT NULL,
  last_day TEXT NOT NULL,
  region   TEXT NOT NULL,
  doc      TEXT NOT NULL
) @STRICT;
CREATE TABLE assignment (
  id       @KEY,
  campaign BIGINT NOT NULL,
  staff    BIGINT NOT NULL,
  item     TEXT NOT NULL,
  by_day   TEXT NOT NULL,
  target   BIGINT NOT NULL,
  crosses  BIGINT NOT NULL,
  walk     BIGINT,
  done     BIGINT NOT NULL DEFAULT 0
) @STRICT;
CREATE INDEX assignment_campaign ON assignment (campaign, id);
CREATE INDEX assignment_staff ON assignment (staff, id);
-- 材料报送
CREATE TABLE paper_in (
  campaign BIGINT NOT NULL,
  unit     BIGINT NOT NULL,
  kind     TEXT NOT NULL,
  day      TEXT NOT NULL,
  PRIMARY KEY (campaign, unit, kind)
) @COMPACT;

-- 走访: one walk; everything but its operations follows from them.
CREATE TABLE walk (
  id         @KEY,
  name       TEXT NOT NULL,
  ver        BIGINT NOT NULL,
  staff      BIGINT NOT NULL,
  unit       BIGINT NOT NULL,
  region     TEXT NOT NULL,
  campaign   BIGINT,
  assignment BIGINT,
  item       TEXT NOT NULL,
  version    BIGINT NOT NULL,
  item_unit  BIGINT,
  form       TEXT NOT NULL,
  began      BIGINT,
  last       BIGINT,
  finished   BIGINT,
  counted    BIGINT NOT NULL,
  ops        BIGINT NOT NULL,
  findings   BIGINT NOT NULL,
  facts      TEXT NOT NULL
) @STRICT;
CREATE UNIQUE INDEX walk_name ON walk (name);
CREATE INDEX walk_campaign ON walk (campaign, id);
CREATE INDEX walk_staff ON walk (staff, id);
CREATE TABLE walk_op (
  walk    BIGINT NOT NULL,
  device  BIGINT NOT NULL,
  counter BIGINT NOT NULL,
  doc     TEXT NOT NULL,
  PRIMARY KEY (walk, device, counter)
) @COMPACT;

-- 问题与需求, tied to the step of the item version where they happened and to the case they became.
CREATE TABLE finding (
  id       @KEY,
  walk     BIGINT NOT NULL,
  device   BIGINT NOT NULL,
  counter  BIGINT NOT NULL,
  kind     TEXT NOT NULL,
  campaign BIGINT,
  item     TEXT NOT NULL,
  version  BIGINT NOT NULL,
  step     TEXT NOT NULL,
  words    TEXT NOT NULL,
  unit     BIGINT,
  region   TEXT NOT NULL,
  at       BIGINT NOT NULL,
  gone     BIGINT NOT NULL,
  measures BIGINT NOT NULL,
  case_id  BIGINT
) @STRICT;
CREATE UNIQUE INDEX finding_of ON finding (walk, device, counter);
CREATE INDEX finding_campaign ON finding (campaign, kind, id);
CREATE TABLE measure (
  finding BIGINT NOT NULL,
  device  BIGINT NOT NULL,
  counter BIGINT NOT NULL,
  words   TEXT NOT NULL,
  by_day  TEXT,
  PRIMARY KEY (finding, device, counter)
) @COMPACT;
