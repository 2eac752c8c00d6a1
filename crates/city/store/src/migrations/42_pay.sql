-- 资金 (P2): what policies are paid from; what happened to one is in its events (stream kind 17). Money is in fen.
CREATE TABLE fund (
  id      @KEY,
  code    TEXT NOT NULL,
  ver     BIGINT NOT NULL,
  name    TEXT NOT NULL,
  source  TEXT NOT NULL,
  year    BIGINT NOT NULL,
  unit    BIGINT NOT NULL,
  amount  BIGINT NOT NULL,
  updated BIGINT NOT NULL
) @STRICT;
CREATE UNIQUE INDEX fund_code ON fund (code);
-- 收款账户: sealed (SM4, HMAC-SM3); the keyed digest tells that two companies use one account and nothing else.
CREATE TABLE company_account (
  company @KEY,
  sealed  BLOB NOT NULL,
  digest  TEXT NOT NULL,
  shown   TEXT NOT NULL,
  at      BIGINT NOT NULL
) @STRICT;
CREATE INDEX company_account_digest ON company_account (digest);
-- 兑付 (P2): what a company has of a policy item (stream kind 18). Of one item, or of one group of items that exclude each
-- other, a company has one a year: the key holds it whatever two clerks do at once.
CREATE TABLE claim (
  id         @KEY,
  number     TEXT NOT NULL,
  ver        BIGINT NOT NULL,
  company    BIGINT NOT NULL,
  item       TEXT NOT NULL,
  name       TEXT NOT NULL,
  slot       TEXT NOT NULL,
  year       BIGINT NOT NULL,
  fund       BIGINT NOT NULL,
  unit       BIGINT NOT NULL,
  batch      BIGINT,
  state      TEXT NOT NULL,
  amount     BIGINT NOT NULL,
  pay_days   BIGINT NOT NULL,
  began      BIGINT NOT NULL,
  decided    BIGINT,
  decided_by BIGINT,
  paid       BIGINT,
  receipt    TEXT NOT NULL,
  account    TEXT NOT NULL,
  digest     TEXT NOT NULL,
  reason     TEXT NOT NULL,
  why        TEXT NOT NULL
) @STRICT;
CREATE UNIQUE INDEX claim_number ON claim (number);
CREATE UNIQUE INDEX claim_once ON claim (company, year, slot) WHERE state IN ('asked', 'approved', 'paid');
CREATE UNIQUE INDEX claim_receipt ON claim (fund, receipt) WHERE receipt <> '';
CREATE INDEX claim_fund ON claim (fund, state, id);
CREATE INDEX claim_batch ON claim (batch) WHERE batch IS NOT NULL;
-- 免申即享批次 (P3): a list of companies that are paid without applying (stream kind 19), as it was drawn up.
CREATE TABLE pay_batch (
  id       @KEY,
  number   TEXT NOT NULL,
  ver      BIGINT NOT NULL,
  item     TEXT NOT NULL,
  name     TEXT NOT NULL,
  book     BIGINT NOT NULL,
  fund     BIGINT NOT NULL,
  unit     BIGINT NOT NULL,
  state    TEXT NOT NULL,
  as_of    TEXT NOT NULL,
  digest   TEXT NOT NULL,
  days     BIGINT NOT NULL,
  unknown  BIGINT NOT NULL,
  drawn    BIGINT NOT NULL,
  drawn_by BIGINT,
  shown    BIGINT,
  ended    BIGINT,
  ended_by BIGINT
) @STRICT;
CREATE UNIQUE INDEX pay_batch_number ON pay_batch (number);
CREATE INDEX pay_batch_unit ON pay_batch (unit, id);
CREATE TABLE batch_line (
  batch    BIGINT NOT NULL,
  company  BIGINT NOT NULL,
  code     TEXT NOT NULL,
  name     TEXT NOT NULL,
  amount   BIGINT NOT NULL,
  standing TEXT NOT NULL,
  said     TEXT NOT NULL,
  why      TEXT NOT NULL,
  PRIMARY KEY (batch, company)
) @STRICT;
CREATE INDEX batch_line_company ON batch_line (company, batch);
-- 异议: to a list while it is shown; recorded and decided.
CREATE TABLE objection (
  id         @KEY,
  batch      BIGINT NOT NULL,
  company    BIGINT NOT NULL,
  by_company BIGINT,
  words      TEXT NOT NULL,
  at         BIGINT NOT NULL,
  taken_by   BIGINT,
  decision   TEXT NOT NULL,
  reason     TEXT NOT NULL,
  decided    BIGINT,
  decided_by BIGINT
) @STRICT;
CREATE INDEX objection_batch ON objection (batch, id);
-- 恳谈、走访 (R11): talks with companies and visits to them (stream kind 29), who is invited, and what was promised: each promise is a
-- case of the loop.
CREATE TABLE talk (
  id      @KEY,
  number  TEXT NOT NULL,
  ver     BIGINT NOT NULL,
  kind    TEXT NOT NULL,
  title   TEXT NOT NULL,
  place   TEXT NOT NULL,
  region  TEXT NOT NULL,
  unit    BIGINT NOT NULL,
  at      BIGINT NOT NULL,
  state   TEXT NOT NULL,
  agenda  TEXT NOT NULL,
  minutes TEXT NOT NULL
) @STRICT;
CREATE UNIQUE INDEX talk_number ON talk (number);
CREATE INDEX talk_at ON talk (at, id);
CREATE TABLE talk_company (
  talk    BIGINT NOT NULL,
  company BIGINT NOT NULL,
  came    BIGINT NOT NULL,
  PRIMARY KEY (talk, company)
) @STRICT;
CREATE INDEX talk_company_company ON talk_company (company, talk);
CREATE TABLE promise (
  case_id @KEY,
  talk    BIGINT NOT NULL,
  company BIGINT NOT NULL,
  unit    BIGINT NOT NULL,
  words   TEXT NOT NULL,
  at      BIGINT NOT NULL
) @STRICT;
CREATE INDEX promise_talk ON promise (talk, case_id);
