-- 对接城市: the cells this one speaks with. The shared key is sealed with the secret of the city.
CREATE TABLE cell_peer (
  id       @ID,
  code     TEXT NOT NULL,
  name     TEXT NOT NULL,
  address  TEXT NOT NULL,
  rank     TEXT NOT NULL,
  purposes TEXT NOT NULL,
  secret   BLOB NOT NULL,
  active   BIGINT NOT NULL,
  made     BIGINT NOT NULL,
  heard    BIGINT,
  failed   BIGINT NOT NULL,
  next_at  BIGINT NOT NULL,
  why      TEXT NOT NULL
) @STRICT;
CREATE UNIQUE INDEX cell_peer_code ON cell_peer (code);
-- 发出的消息: written in the transaction of the act; the body, sealed, goes with the receipt.
CREATE TABLE cell_out (
  id      @ID,
  peer    BIGINT NOT NULL,
  key     BIGINT NOT NULL,
  subject TEXT NOT NULL,
  seq     BIGINT NOT NULL,
  kind    TEXT NOT NULL,
  made    BIGINT NOT NULL,
  state   TEXT NOT NULL,
  ended   BIGINT,
  body    BLOB,
  why     TEXT NOT NULL
) @STRICT;
CREATE UNIQUE INDEX cell_out_key ON cell_out (peer, key);
CREATE UNIQUE INDEX cell_out_seq ON cell_out (peer, subject, seq);
CREATE INDEX cell_out_due ON cell_out (peer, state, key);
-- 收到的消息: each once, done in the order of its subject; what cannot be read stands aside with its reason.
CREATE TABLE cell_in (
  id      @ID,
  peer    BIGINT NOT NULL,
  key     BIGINT NOT NULL,
  subject TEXT NOT NULL,
  seq     BIGINT NOT NULL,
  kind    TEXT NOT NULL,
  came    BIGINT NOT NULL,
  state   TEXT NOT NULL,
  ended   BIGINT,
  body    BLOB,
  why     TEXT NOT NULL
) @STRICT;
CREATE UNIQUE INDEX cell_in_key ON cell_in (peer, key);
CREATE INDEX cell_in_seq ON cell_in (peer, subject, seq);
CREATE INDEX cell_in_state ON cell_in (state, id);
-- 跨域件: a matter between this cell and another, and how far it is.
CREATE TABLE cell_matter (
  id      @ID,
  peer    BIGINT NOT NULL,
  side    TEXT NOT NULL,
  subject TEXT NOT NULL,
  case_id BIGINT,
  state   TEXT NOT NULL,
  ver     BIGINT NOT NULL,
  made    BIGINT NOT NULL,
  at      BIGINT NOT NULL,
  doc     TEXT NOT NULL,
  content BLOB
) @STRICT;
CREATE UNIQUE INDEX cell_matter_subject ON cell_matter (peer, side, subject);
CREATE INDEX cell_matter_case ON cell_matter (case_id, side);
CREATE INDEX cell_matter_state ON cell_matter (side, state, id);
-- 上报的数据: the figures of a day as another cell told them last.
CREATE TABLE cell_figure (
  id    @ID,
  peer  BIGINT NOT NULL,
  day   TEXT NOT NULL,
  as_of BIGINT NOT NULL,
  doc   TEXT NOT NULL
) @STRICT;
CREATE UNIQUE INDEX cell_figure_day ON cell_figure (peer, day);
