-- 企业: one file for each company (一企一档); what happened to it is in its events (stream kind 15).
CREATE TABLE company (
  id           @KEY,
  code         TEXT NOT NULL,
  ver          BIGINT NOT NULL,
  name         TEXT NOT NULL,
  size         TEXT NOT NULL,
  industry     TEXT NOT NULL,
  region       TEXT NOT NULL,
  commissioner BIGINT,
  pass         BIGINT NOT NULL,
  updated      BIGINT NOT NULL
) @STRICT;
CREATE UNIQUE INDEX company_code ON company (code);
CREATE INDEX company_region ON company (region, id);
CREATE INDEX company_commissioner ON company (commissioner, id) WHERE commissioner IS NOT NULL;
-- 联系人: sealed (SM4, HMAC-SM3).
CREATE TABLE company_contact (
  company @KEY,
  sealed  BLOB NOT NULL
) @STRICT;
-- 已知情况: what is known of it, with source and time, as policies read it.
CREATE TABLE company_fact (
  company @KEY,
  facts   TEXT NOT NULL
) @STRICT;
