-- 最新在前: what was lodged last, within a stage.
CREATE INDEX case_newest ON case_file (stage, id);
