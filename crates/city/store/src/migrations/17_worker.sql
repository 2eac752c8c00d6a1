-- 到点办理: an end owes nothing (a merged case kept its moments); what a round could not do is put aside with its reason.
UPDATE case_file SET due = NULL, provisional = 0, next_at = NULL
  WHERE stage IN ('archived', 'refused', 'merged') AND due IS NOT NULL;
-- A calendar that is imported or corrected is compared with every open limit, not only with those not yet certain.
DROP INDEX case_provisional;
CREATE TABLE aside (
  care    TEXT NOT NULL,
  subject BIGINT NOT NULL,
  reason  TEXT NOT NULL,
  tries   BIGINT NOT NULL,
  since   BIGINT NOT NULL,
  again   BIGINT,
  PRIMARY KEY (care, subject)
) @COMPACT;
-- How often a projection was made anew: what is held in memory of an earlier one is worth nothing.
ALTER TABLE projection ADD COLUMN epoch BIGINT NOT NULL DEFAULT 0;
