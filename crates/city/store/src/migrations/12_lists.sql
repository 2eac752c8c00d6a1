-- 件列表: a stretch of an index for every filter of a list.
CREATE INDEX case_due ON case_file (due, id) WHERE due IS NOT NULL;
CREATE INDEX case_kind ON case_file (kind, stage, due, id);
CREATE INDEX case_county ON case_file (substr(region, 1, 6), stage, due, id);
CREATE INDEX case_campaign ON case_file (campaign, stage, due, id) WHERE campaign IS NOT NULL;
CREATE INDEX case_returned ON case_file (due, id) WHERE returns > 0;
CREATE INDEX case_reopened ON case_file (due, id) WHERE rounds > 0;
CREATE INDEX case_support ON case_file (support, id) WHERE support > 0;
