-- 兑付: the page of a company, and whether an account was paid already, are found without reading all claims.
CREATE INDEX claim_company ON claim (company, id);
CREATE INDEX claim_digest ON claim (digest, year) WHERE state = 'paid';
