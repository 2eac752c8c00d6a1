-- 大厅: the document in force; every version is in the record (stream kind 20).
CREATE TABLE hall (
  id     @KEY,
  ver    BIGINT NOT NULL,
  name   TEXT NOT NULL,
  region TEXT NOT NULL,
  unit   BIGINT NOT NULL,
  state  TEXT NOT NULL,
  doc    TEXT NOT NULL
) @STRICT;

-- 号源: slots laid out ahead from the document; places by channel and how many of them are taken.
CREATE TABLE hall_slot (
  id           @KEY,
  hall         BIGINT NOT NULL,
  queue        TEXT NOT NULL,
  start        BIGINT NOT NULL,
  minutes      BIGINT NOT NULL,
  kind         TEXT NOT NULL,
  phone        BIGINT NOT NULL,
  counter      BIGINT NOT NULL,
  used_phone   BIGINT NOT NULL,
  used_counter BIGINT NOT NULL,
  opens        BIGINT NOT NULL,
  shuts        BIGINT NOT NULL
) @STRICT;
CREATE UNIQUE INDEX hall_slot_start ON hall_slot (hall, queue, start);
-- The earliest free slot is one step into these.
CREATE INDEX hall_slot_phone ON hall_slot (hall, queue, start) WHERE used_phone < phone;
CREATE INDEX hall_slot_counter ON hall_slot (hall, queue, start) WHERE used_counter < counter;

-- 占号: a place is one row, so the key itself refuses to give it twice; `until` says when one given back is free again.
CREATE TABLE hall_place (
  slot        BIGINT NOT NULL,
  place       BIGINT NOT NULL,
  appointment BIGINT NOT NULL,
  until       BIGINT,
  PRIMARY KEY (slot, place)
) @COMPACT;
CREATE INDEX hall_place_appointment ON hall_place (appointment);
CREATE INDEX hall_place_until ON hall_place (until) WHERE until IS NOT NULL;

-- 预约: where each stands; everything here follows from its events (stream kind 21).
CREATE TABLE appointment (
  id          @KEY,
  number      TEXT NOT NULL,
  ver         BIGINT NOT NULL,
  hall        BIGINT NOT NULL,
  queue       TEXT NOT NULL,
  start       BIGINT NOT NULL,
  item        TEXT NOT NULL,
  channel     TEXT NOT NULL,
  stage       TEXT NOT NULL,
  person      TEXT NOT NULL,
  made        BIGINT NOT NULL,
  ended       BIGINT,
  late_cancel BIGINT NOT NULL,
  next_at     BIGINT,
  state       TEXT NOT NULL
) @STRICT;
CREATE UNIQUE INDEX appointment_number ON appointment (number);
CREATE INDEX appointment_hall ON appointment (hall, start, id);
CREATE INDEX appointment_person ON appointment (person, id) WHERE person <> '';
CREATE INDEX appointment_next ON appointment (next_at, id) WHERE next_at IS NOT NULL;
CREATE INDEX appointment_appealed ON appointment (hall, id) WHERE stage = 'appealed';

-- 预约人: name and telephone, sealed (SM4, HMAC-SM3); deleted when the time is over.
CREATE TABLE appointment_contact (
  appointment @KEY,
  sealed      BLOB NOT NULL
) @STRICT;

-- 号票: where each stands; everything here follows from its events (stream kind 22). `desk` is the window.
CREATE TABLE ticket (
  id          @KEY,
  number      TEXT NOT NULL,
  ver         BIGINT NOT NULL,
  hall        BIGINT NOT NULL,
  day         BIGINT NOT NULL,
  queue       TEXT NOT NULL,
  stage       TEXT NOT NULL,
  desk        BIGINT,
  staff       BIGINT,
  appointment BIGINT,
  waits_from  BIGINT NOT NULL,
  taken       BIGINT NOT NULL,
  called      BIGINT,
  started     BIGINT,
  ended       BIGINT,
  estimate    BIGINT,
  state       TEXT NOT NULL
) @STRICT;
CREATE UNIQUE INDEX ticket_number ON ticket (hall, day, number);
CREATE INDEX ticket_stage ON ticket (hall, day, stage, id);
-- What a closed hall left open is found by this alone.
CREATE INDEX ticket_open ON ticket (day, id) WHERE stage NOT IN ('ended', 'left');
