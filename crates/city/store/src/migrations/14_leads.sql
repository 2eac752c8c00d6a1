-- 线索与邀约 (W7): what the public sends about walks; who sent it is sealed.
CREATE TABLE lead (
  id      @KEY,
  ver     BIGINT NOT NULL,
  region  TEXT NOT NULL,
  at      BIGINT NOT NULL,
  state   TEXT NOT NULL,
  doc     TEXT NOT NULL,
  contact BLOB
) @STRICT;
CREATE INDEX lead_state ON lead (state, id);
-- 触发走访 (W10): complaints about items since a day.
CREATE INDEX case_voice ON case_file (lodged, kind, item) WHERE item IS NOT NULL;
