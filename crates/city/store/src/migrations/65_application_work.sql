-- 办件的人 (K6): how many acts an account did in applications on each day, so that who sits in a hall and handles online is not called
-- idle. Days are Beijing days since 1970-01-01. Made from the record (stream kind 13).
CREATE TABLE application_work (
  staff BIGINT NOT NULL,
  day   BIGINT NOT NULL,
  n     BIGINT NOT NULL,
  PRIMARY KEY (staff, day)
) @COMPACT;
INSERT INTO application_work (staff, day, n)
  SELECT staff, (at + 28800000000) / 86400000000, count(*) FROM event
  WHERE stream >= 3659174697238528 AND stream < 3940649673949184 AND staff IS NOT NULL GROUP BY 1, 2;
