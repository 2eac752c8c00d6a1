-- 单位、人员、会话: who there is and who is signed in.
CREATE TABLE unit (
  id     @ID,
  key    TEXT NOT NULL,
  name   TEXT NOT NULL,
  short  TEXT NOT NULL,
  kind   TEXT NOT NULL,
  parent BIGINT,
  region TEXT NOT NULL,
  duties TEXT NOT NULL,
  active BIGINT NOT NULL DEFAULT 1
) @STRICT;
CREATE UNIQUE INDEX unit_key ON unit (key);

CREATE TABLE region (
  code TEXT PRIMARY KEY,
  name TEXT NOT NULL
) @COMPACT;

CREATE TABLE staff (
  id           @ID,
  login        TEXT NOT NULL,
  name         TEXT NOT NULL,
  role         TEXT NOT NULL,
  unit         BIGINT NOT NULL,
  region       TEXT NOT NULL,
  position     TEXT NOT NULL DEFAULT '',
  secret       TEXT,
  totp         BLOB,
  totp_step    BIGINT NOT NULL DEFAULT 0,
  subject      TEXT,
  failed       BIGINT NOT NULL DEFAULT 0,
  locked_until BIGINT,
  active       BIGINT NOT NULL DEFAULT 1
) @STRICT;
CREATE UNIQUE INDEX staff_login ON staff (login);
CREATE INDEX staff_unit ON staff (unit);
CREATE UNIQUE INDEX staff_subject ON staff (subject) WHERE subject IS NOT NULL;

-- Only digests of session and interface tokens are kept.
CREATE TABLE session (
  digest  BLOB NOT NULL,
  staff   BIGINT NOT NULL,
  kind    TEXT NOT NULL,
  label   TEXT NOT NULL,
  made    BIGINT NOT NULL,
  until   BIGINT NOT NULL,
  PRIMARY KEY (digest)
) @STRICT;
CREATE INDEX session_staff ON session (staff);
CREATE INDEX session_until ON session (until);

-- 站内消息
CREATE TABLE message (
  id      @ID,
  unit    BIGINT,
  staff   BIGINT,
  at      BIGINT NOT NULL,
  case_id BIGINT,
  words   TEXT NOT NULL,
  seen    BIGINT NOT NULL DEFAULT 0
) @STRICT;
CREATE INDEX message_unit ON message (unit, id);
CREATE INDEX message_staff ON message (staff, id);
