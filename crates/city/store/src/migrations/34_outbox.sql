-- 发件箱: what goes out to people and other systems, written in the transaction of the act it follows from. The address is
-- sealed and ends with the delivery.
CREATE TABLE outbox (
  id           @ID,
  made         BIGINT NOT NULL,
  lane         TEXT NOT NULL,
  part         BIGINT NOT NULL,
  subject      TEXT NOT NULL,
  topic        TEXT NOT NULL,
  who          BLOB NOT NULL,
  address      BLOB,
  filled       TEXT NOT NULL,
  lang         TEXT NOT NULL,
  digest       BIGINT NOT NULL,
  state        TEXT NOT NULL DEFAULT 'waiting',
  due_at       BIGINT NOT NULL,
  attempts     BIGINT NOT NULL DEFAULT 0,
  lease        BIGINT NOT NULL DEFAULT 0,
  leased_until BIGINT,
  ended        BIGINT,
  error        TEXT
) @STRICT;
CREATE INDEX outbox_due ON outbox (due_at, lane, part) WHERE state = 'waiting';
CREATE INDEX outbox_lane ON outbox (lane, part, id) WHERE state = 'waiting';
CREATE INDEX outbox_order ON outbox (lane, subject, id) WHERE state IN ('waiting', 'leased');
CREATE INDEX outbox_leased ON outbox (leased_until) WHERE state = 'leased';
CREATE INDEX outbox_dead ON outbox (id) WHERE state = 'dead';
CREATE INDEX outbox_ended ON outbox (ended) WHERE ended IS NOT NULL;
CREATE INDEX outbox_subject ON outbox (subject);
CREATE INDEX outbox_who ON outbox (who);
-- 接收方: units and systems that asked to be told; address and secret sealed.
CREATE TABLE receiver (
  id      @ID,
  way     TEXT NOT NULL,
  name    TEXT NOT NULL,
  address BLOB NOT NULL,
  secret  BLOB,
  unit    BIGINT,
  topics  TEXT NOT NULL,
  digest  BIGINT NOT NULL,
  lang    TEXT NOT NULL,
  active  BIGINT NOT NULL
) @STRICT;
-- 退订: who wants no more, as a keyed digest of the address.
CREATE TABLE unsubscribed (
  who BLOB PRIMARY KEY,
  at  BIGINT NOT NULL
) @COMPACT;
