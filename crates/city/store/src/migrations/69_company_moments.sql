-- 到点 (R11, P2): when a whistle and a payment are to be looked at next, so that what is due beside the clock of a case, and a
-- payment that is late, is told of once. Nothing of it is on record: the messages are what came of it. `looked`: what was due
-- before it was told of. NULL: not to be looked at again.
ALTER TABLE whistle ADD COLUMN looked BIGINT NOT NULL DEFAULT 0;
ALTER TABLE whistle ADD COLUMN look_at BIGINT DEFAULT 0;
CREATE INDEX whistle_look ON whistle (look_at) WHERE look_at IS NOT NULL;
ALTER TABLE claim ADD COLUMN look_at BIGINT DEFAULT 0;
CREATE INDEX claim_look ON claim (look_at) WHERE look_at IS NOT NULL;
