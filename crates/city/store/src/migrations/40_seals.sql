-- 印章登记: each seal with where it stands; what happened to it is in its events (stream kind 23). The private key is
-- never here: `device` names who holds it.
CREATE TABLE seal_entry (
  id          @ID,
  number      TEXT NOT NULL,
  name        TEXT NOT NULL,
  kind        TEXT NOT NULL,
  unit        BIGINT NOT NULL,
  state       TEXT NOT NULL,
  ver         BIGINT NOT NULL,
  papers      TEXT NOT NULL,
  roles       TEXT NOT NULL,
  device      TEXT NOT NULL,
  trial       BIGINT NOT NULL,
  asked_by    BIGINT,
  filed       TEXT NOT NULL,
  valid_from  BIGINT,
  valid_to    BIGINT,
  certificate TEXT NOT NULL,
  made        BIGINT NOT NULL,
  width       BIGINT NOT NULL,
  height      BIGINT NOT NULL
) @STRICT;
CREATE UNIQUE INDEX seal_entry_number ON seal_entry (number);
CREATE INDEX seal_entry_unit ON seal_entry (unit, id);
-- 印模与印章: what a seal looks like, and the seal as it was made (GB/T 38540), which is public.
CREATE TABLE seal_image (
  seal    @KEY,
  picture BLOB NOT NULL,
  esl     BLOB
) @STRICT;
-- 用印记录: begun before the key is asked, ended when the paper is kept or it failed.
CREATE TABLE seal_use (
  id      @ID,
  seal    BIGINT NOT NULL,
  kind    TEXT NOT NULL,
  subject BIGINT NOT NULL,
  title   TEXT NOT NULL,
  staff   BIGINT,
  at      BIGINT NOT NULL,
  state   TEXT NOT NULL,
  digest  TEXT NOT NULL,
  why     TEXT NOT NULL
) @STRICT;
CREATE INDEX seal_use_seal ON seal_use (seal, id);
-- 盖章文件: what was sealed, as it went out. Found by its code, or by the digest of a file that is brought.
CREATE TABLE sealed_paper (
  id         @ID,
  code       TEXT NOT NULL,
  kind       TEXT NOT NULL,
  subject    BIGINT NOT NULL,
  seal       BIGINT NOT NULL,
  office     TEXT NOT NULL,
  number     TEXT NOT NULL,
  title      TEXT NOT NULL,
  day        TEXT NOT NULL,
  trial      BIGINT NOT NULL,
  at         BIGINT NOT NULL,
  state      TEXT NOT NULL,
  ended      BIGINT,
  why        TEXT NOT NULL,
  ofd_digest TEXT NOT NULL,
  pdf_digest TEXT NOT NULL
) @STRICT;
CREATE UNIQUE INDEX sealed_paper_code ON sealed_paper (code);
CREATE UNIQUE INDEX sealed_paper_subject ON sealed_paper (kind, subject);
CREATE INDEX sealed_paper_ofd ON sealed_paper (ofd_digest);
CREATE INDEX sealed_paper_pdf ON sealed_paper (pdf_digest);
-- Its bytes: given out only while their SM3 is the one above.
CREATE TABLE sealed_file (
  paper @KEY,
  ofd   BLOB NOT NULL,
  pdf   BLOB NOT NULL
) @STRICT;
