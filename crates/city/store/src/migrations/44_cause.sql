-- 办不成的原因: what figures are counted from holds the cause of each case; it is made again from the record.
DELETE FROM fact;
UPDATE projection SET seq = 0, epoch = epoch + 1 WHERE name = 'facts';
