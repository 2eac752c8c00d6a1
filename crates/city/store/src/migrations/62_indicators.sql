-- 指标体系 (S7): the sets of indicators of an assessment, as documents, and what was filled in by hand for a period with
-- its evidence; a figure of the city is counted each time and never kept here.
CREATE TABLE indicator_set (
  id    @ID,
  ver   BIGINT NOT NULL,
  word  TEXT NOT NULL,
  state TEXT NOT NULL,
  doc   TEXT NOT NULL
) @STRICT;
CREATE UNIQUE INDEX indicator_set_word ON indicator_set (word);
CREATE TABLE indicator_value (
  id     @ID,
  of_set BIGINT NOT NULL,
  word   TEXT NOT NULL,
  period TEXT NOT NULL,
  unit   BIGINT,
  staff  BIGINT,
  at     BIGINT NOT NULL,
  doc    TEXT NOT NULL
) @STRICT;
CREATE UNIQUE INDEX indicator_value_of ON indicator_value (of_set, period, word);
