-- 最新在前、附议最多在前: within a stage, what was lodged last and what most people stand behind. Lists over all stages
-- are merged from those of each, so the index of due moments alone goes.
CREATE INDEX case_newest ON case_file (stage, id);
DROP INDEX case_support;
-- An expression, so that no other index is taken for it.
CREATE INDEX case_support ON case_file (coalesce(stage, ''), support, id) WHERE support > 0;
DROP INDEX case_due;
