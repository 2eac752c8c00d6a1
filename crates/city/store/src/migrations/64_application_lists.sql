-- 办件清单 and 办件量: each filter of the list has its stretch, newest first; what was handed in is counted from one index.
DROP INDEX application_region;
DROP INDEX application_theme;
CREATE INDEX application_place ON application (region, id);
CREATE INDEX application_stage ON application (stage, id);
CREATE INDEX application_of_theme ON application (theme, id);
CREATE INDEX application_at ON application (reception, id);
CREATE INDEX application_lead ON application (lead, id);
CREATE INDEX application_handed ON application (submitted, theme, region, channel, lead, decided);
CREATE INDEX application_task_of ON application_task (unit, application);
