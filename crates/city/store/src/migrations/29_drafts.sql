-- 草稿: a long form that somebody has not sent yet, sealed; one a form and account.
CREATE TABLE draft (
  staff BIGINT NOT NULL,
  form  TEXT NOT NULL,
  at    BIGINT NOT NULL,
  doc   BLOB NOT NULL,
  PRIMARY KEY (staff, form)
) @COMPACT;
CREATE INDEX draft_at ON draft (at);
