-- 热线: the hotlines that this city takes orders from. The shared key is sealed with the secret of the city.
CREATE TABLE hotline (
  id      @ID,
  code    TEXT NOT NULL,
  name    TEXT NOT NULL,
  address TEXT NOT NULL,
  secret  BLOB NOT NULL,
  active  BIGINT NOT NULL,
  made    BIGINT NOT NULL,
  heard   BIGINT,
  failed  BIGINT NOT NULL,
  next_at BIGINT NOT NULL,
  why     TEXT NOT NULL
) @STRICT;
CREATE UNIQUE INDEX hotline_code ON hotline (code);
-- 对照表: what a word of a hotline means here, or a word of ours there.
CREATE TABLE hotline_map (
  hotline BIGINT NOT NULL,
  sort    TEXT NOT NULL,
  word    TEXT NOT NULL,
  means   TEXT NOT NULL,
  PRIMARY KEY (hotline, sort, word)
) @COMPACT;
-- 热线工单: an order of a hotline, and how far it is. `content`: what it says, sealed, until it is a case. `next_at`: when somebody is
-- reminded of a limit of the hotline.
CREATE TABLE hotline_order (
  id         @ID,
  hotline    BIGINT NOT NULL,
  number     TEXT NOT NULL,
  case_id    BIGINT,
  state      TEXT NOT NULL,
  ver        BIGINT NOT NULL,
  made       BIGINT NOT NULL,
  at         BIGINT NOT NULL,
  dispatched BIGINT NOT NULL,
  due        BIGINT,
  next_at    BIGINT,
  doc        TEXT NOT NULL,
  content    BLOB
) @STRICT;
CREATE UNIQUE INDEX hotline_order_number ON hotline_order (hotline, number);
CREATE INDEX hotline_order_case ON hotline_order (case_id) WHERE case_id IS NOT NULL;
CREATE INDEX hotline_order_state ON hotline_order (state, id);
CREATE INDEX hotline_order_day ON hotline_order (hotline, dispatched);
CREATE INDEX hotline_order_next ON hotline_order (next_at, id) WHERE next_at IS NOT NULL;
-- 收到的消息: each key once. `lack_*`: the word that the table of the hotline does not know.
CREATE TABLE hotline_in (
  id         @ID,
  hotline    BIGINT NOT NULL,
  key        TEXT NOT NULL,
  digest     TEXT NOT NULL,
  number     TEXT NOT NULL,
  kind       TEXT NOT NULL,
  came       BIGINT NOT NULL,
  state      TEXT NOT NULL,
  ended      BIGINT,
  body       BLOB,
  why        TEXT NOT NULL,
  lack_sort  TEXT NOT NULL,
  lack_value TEXT NOT NULL
) @STRICT;
CREATE UNIQUE INDEX hotline_in_key ON hotline_in (hotline, key);
CREATE INDEX hotline_in_number ON hotline_in (hotline, number, state);
CREATE INDEX hotline_in_state ON hotline_in (state, id);
-- 发出的消息: written in the transaction of the act in our words, sealed; put into the words of the hotline when it goes.
CREATE TABLE hotline_out (
  id      @ID,
  hotline BIGINT NOT NULL,
  number  TEXT NOT NULL,
  kind    TEXT NOT NULL,
  made    BIGINT NOT NULL,
  state   TEXT NOT NULL,
  ended   BIGINT,
  body    BLOB,
  why     TEXT NOT NULL
) @STRICT;
CREATE INDEX hotline_out_due ON hotline_out (hotline, state, id);
CREATE INDEX hotline_out_number ON hotline_out (hotline, number, state);
CREATE INDEX hotline_out_state ON hotline_out (state, id);
-- 未接来电: who called a hotline and was not answered; the telephone sealed, with a keyed digest to know one caller again.
CREATE TABLE hotline_call (
  id      @ID,
  hotline BIGINT NOT NULL,
  key     TEXT NOT NULL,
  called  BIGINT NOT NULL,
  state   TEXT NOT NULL,
  ver     BIGINT NOT NULL,
  made    BIGINT NOT NULL,
  at      BIGINT NOT NULL,
  staff   BIGINT,
  case_id BIGINT,
  person  TEXT NOT NULL,
  phone   BLOB,
  doc     TEXT NOT NULL
) @STRICT;
CREATE UNIQUE INDEX hotline_call_key ON hotline_call (hotline, key);
CREATE INDEX hotline_call_state ON hotline_call (state, id);
CREATE INDEX hotline_call_person ON hotline_call (person, state);
