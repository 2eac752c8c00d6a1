-- 帮办代办单: where each stands; everything here follows from its events (stream kind 30). `staff`: the account of who helps, `day`: the
-- day on which somebody comes, `out`: originals that are not back.
CREATE TABLE help_order (
  id      @KEY,
  number  TEXT NOT NULL,
  ver     BIGINT NOT NULL,
  hall    BIGINT NOT NULL,
  kind    TEXT NOT NULL,
  stage   TEXT NOT NULL,
  item    TEXT NOT NULL,
  region  TEXT NOT NULL,
  staff   BIGINT,
  day     BIGINT,
  out     BIGINT NOT NULL,
  asked   BIGINT NOT NULL,
  ended   BIGINT,
  next_at BIGINT,
  state   TEXT NOT NULL
) @STRICT;
CREATE UNIQUE INDEX help_order_number ON help_order (number);
CREATE INDEX help_order_hall ON help_order (hall, asked, id);
CREATE INDEX help_order_staff ON help_order (staff, id) WHERE staff IS NOT NULL;
CREATE INDEX help_order_next ON help_order (next_at, id) WHERE next_at IS NOT NULL;
-- What somebody still has to do: open ones, and those with an original out.
CREATE INDEX help_order_open ON help_order (hall, id) WHERE ended IS NULL OR out > 0;

-- 申请人: name, telephone, address, identity number and their own words, sealed (SM4, HMAC-SM3); deleted when the time is over.
CREATE TABLE help_person (
  help_order @KEY,
  sealed     BLOB NOT NULL
) @STRICT;
