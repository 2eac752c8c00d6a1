-- 兑付随办件: what is asked for goes by one application, and this is its number. Empty for what came with a list (免申即享), and for
-- what was asked for before claims went by applications.
ALTER TABLE claim ADD COLUMN application TEXT NOT NULL DEFAULT '';
CREATE UNIQUE INDEX claim_application ON claim (application) WHERE application <> '';
