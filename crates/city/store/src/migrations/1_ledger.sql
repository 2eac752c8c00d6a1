-- 留痕: the record. Row X2.

-- One row: the last place given, and when the last event was written. Its row lock is the writer's seat.
CREATE TABLE ledger_state (
  id       @KEY,
  seq      BIGINT NOT NULL,
  recorded BIGINT NOT NULL
) @STRICT;
INSERT INTO ledger_state (id, seq, recorded) VALUES (1, 0, 0);

-- The last event of each stream.
CREATE TABLE stream_head (
  stream @KEY,
  ver    BIGINT NOT NULL,
  hash   BLOB NOT NULL
) @STRICT;

CREATE TABLE event (
  seq      @KEY,
  stream   BIGINT NOT NULL,
  ver      BIGINT NOT NULL,
  at       BIGINT NOT NULL,
  recorded BIGINT NOT NULL,
  staff    BIGINT,
  role     TEXT NOT NULL,
  unit     BIGINT,
  region   TEXT,
  act      TEXT NOT NULL,
  data     TEXT NOT NULL,
  hash     BLOB NOT NULL
) @STRICT;
CREATE UNIQUE INDEX event_stream_ver ON event (stream, ver);

CREATE TABLE seal (
  k        @KEY,
  from_seq BIGINT NOT NULL,
  to_seq   BIGINT NOT NULL,
  streams  BIGINT NOT NULL,
  at       BIGINT NOT NULL,
  ordered  BLOB NOT NULL,
  root     BLOB NOT NULL,
  prev     BLOB NOT NULL,
  keyed    BIGINT NOT NULL,
  hash     BLOB NOT NULL
) @STRICT;

--@sqlite
CREATE TRIGGER event_keep BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
CREATE TRIGGER event_stay BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
CREATE TRIGGER seal_keep BEFORE UPDATE ON seal BEGIN SELECT RAISE(ABORT, 'seals are append-only'); END;
CREATE TRIGGER seal_stay BEFORE DELETE ON seal BEGIN SELECT RAISE(ABORT, 'seals are append-only'); END;
--@postgres
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'events and seals are append-only'; END $$;
CREATE TRIGGER event_keep BEFORE UPDATE OR DELETE ON event FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER event_stay BEFORE TRUNCATE ON event FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER seal_keep BEFORE UPDATE OR DELETE ON seal FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER seal_stay BEFORE TRUNCATE ON seal FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
--@both
