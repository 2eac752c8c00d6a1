-- 企业吹哨 (R11): which case of the loop is a whistle of which company, and which whistles are about one matter.
CREATE TABLE whistle (
  case_id @KEY,
  company BIGINT NOT NULL,
  matter  BIGINT NOT NULL,
  again   BIGINT,
  at      BIGINT NOT NULL
) @STRICT;
CREATE INDEX whistle_company ON whistle (company, at);
CREATE INDEX whistle_at ON whistle (at);
