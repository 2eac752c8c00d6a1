-- 反复 (R9, S1) is a fact of a case now: facts are made again from the record.
DELETE FROM fact;
DELETE FROM projection WHERE name = 'facts';
