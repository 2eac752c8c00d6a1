-- 文: bands are kept as a full-text index on SQLite, merged early because each letter is looked up under forty of them;
-- numbers of terms and bands begin with their stretch on PostgreSQL. The index is made again from the record.
DROP TABLE text_doc;
DROP TABLE text_band;
DROP TABLE text_term;
CREATE TABLE text_doc (
  case_id @KEY,
  sig     BLOB NOT NULL
) @STRICT;
--@sqlite
CREATE VIRTUAL TABLE text_term USING fts5(t, content='', contentless_delete=1, detail=none, tokenize='ascii');
CREATE VIRTUAL TABLE text_band USING fts5(b, content='', columnsize=0, detail=none, tokenize='ascii');
INSERT INTO text_band (text_band, rank) VALUES ('automerge', 2);
--@postgres
CREATE TABLE text_term (
  case_id BIGINT PRIMARY KEY,
  marks   BIGINT[] NOT NULL
);
ALTER TABLE text_term ALTER COLUMN marks SET STORAGE EXTERNAL;
CREATE INDEX text_term_marks ON text_term USING gin (marks) WITH (gin_pending_list_limit = 1024);
CREATE TABLE text_band (
  band    BIGINT NOT NULL,
  case_id BIGINT NOT NULL,
  PRIMARY KEY (band, case_id)
);
--@both
DELETE FROM text_reply;
DELETE FROM text_state WHERE name = 'read';
