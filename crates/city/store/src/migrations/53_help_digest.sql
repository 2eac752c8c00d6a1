-- 申请人: a keyed digest of the telephone beside what is sealed, so that how many orders of one person wait is counted without
-- opening any; it goes with it. None of what came before, until it is kept again.
ALTER TABLE help_person ADD COLUMN digest TEXT;
CREATE INDEX help_person_digest ON help_person (digest) WHERE digest IS NOT NULL;
