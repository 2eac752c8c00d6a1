-- 省级标准 (R5): what was issued here (`origin` is empty) and what came from the level above, version by version. A text is named by
-- its digest, which is on record; what was refused is kept with its reason.
CREATE TABLE standard (
  id      @ID,
  origin  TEXT NOT NULL,
  kind    TEXT NOT NULL,
  word    TEXT NOT NULL,
  version BIGINT NOT NULL,
  issued  BIGINT NOT NULL,
  at      BIGINT NOT NULL,
  digest  TEXT NOT NULL,
  state   TEXT NOT NULL,
  why     TEXT NOT NULL,
  doc     TEXT NOT NULL
) @STRICT;
CREATE UNIQUE INDEX standard_digest ON standard (origin, kind, word, version, digest);
CREATE INDEX standard_state ON standard (state, kind, word, version);
-- 各市持有: which version was sent to a city below, and which it says that it holds.
CREATE TABLE standard_at (
  id      @ID,
  peer    BIGINT NOT NULL,
  kind    TEXT NOT NULL,
  word    TEXT NOT NULL,
  sent    BIGINT NOT NULL,
  sent_at BIGINT NOT NULL,
  held    BIGINT NOT NULL,
  digest  TEXT NOT NULL,
  since   BIGINT,
  told    BIGINT,
  why     TEXT NOT NULL,
  added   BIGINT NOT NULL,
  altered BIGINT NOT NULL
) @STRICT;
CREATE UNIQUE INDEX standard_at_word ON standard_at (peer, kind, word);
