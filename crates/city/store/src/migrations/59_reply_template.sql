-- 答复模板: a reply with fields, for many cases of one matter. `unit`: whose it is.
CREATE TABLE reply_template (
  id     @ID,
  unit   BIGINT NOT NULL,
  name   TEXT NOT NULL,
  text   TEXT NOT NULL,
  basis  TEXT NOT NULL,
  active BIGINT NOT NULL,
  made   BIGINT NOT NULL,
  at     BIGINT NOT NULL
) @STRICT;
CREATE UNIQUE INDEX reply_template_name ON reply_template (unit, name);
