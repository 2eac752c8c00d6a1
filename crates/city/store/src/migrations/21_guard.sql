-- 门卫: wrong passwords by account and network, what a provider of identities asks to be bound to, files that strangers left by network.
CREATE TABLE sign_in_try (
  staff  BIGINT NOT NULL,
  net    BIGINT NOT NULL,
  failed BIGINT NOT NULL,
  since  BIGINT NOT NULL,
  good   BIGINT,
  PRIMARY KEY (staff, net)
) @COMPACT;
CREATE INDEX sign_in_try_since ON sign_in_try (since);
ALTER TABLE staff ADD COLUMN subject_asked TEXT;
ALTER TABLE upload ADD COLUMN net BIGINT;
CREATE INDEX upload_net ON upload (net) WHERE stream IS NULL AND net IS NOT NULL;

-- 涂去: who asked that the data of a reporter end, who checked it, who approved it.
CREATE TABLE erasure (
  id          @ID,
  case_id     BIGINT NOT NULL,
  state       TEXT NOT NULL,
  reason      TEXT NOT NULL,
  asked_by    BIGINT,
  checked_by  BIGINT,
  approved_by BIGINT,
  at          BIGINT NOT NULL
) @STRICT;
CREATE INDEX erasure_case ON erasure (case_id);
-- An event stays as it is, but for words that are covered: its place, moment, actor, act and hash never change.
--@sqlite
DROP TRIGGER event_keep;
CREATE TRIGGER event_keep BEFORE UPDATE ON event
WHEN NEW.data NOT LIKE '%"erased":true%' OR NEW.seq IS NOT OLD.seq OR NEW.stream IS NOT OLD.stream
  OR NEW.ver IS NOT OLD.ver OR NEW.at IS NOT OLD.at OR NEW.recorded IS NOT OLD.recorded
  OR NEW.staff IS NOT OLD.staff OR NEW.role IS NOT OLD.role OR NEW.unit IS NOT OLD.unit
  OR NEW.region IS NOT OLD.region OR NEW.act IS NOT OLD.act OR NEW.hash IS NOT OLD.hash
BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
--@postgres
CREATE FUNCTION refuse_edit() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
IF NEW.data LIKE '%"erased":true%' AND ROW(NEW.seq, NEW.stream, NEW.ver, NEW.at, NEW.recorded, NEW.staff, NEW.role,
  NEW.unit, NEW.region, NEW.act, NEW.hash) IS NOT DISTINCT FROM ROW(OLD.seq, OLD.stream, OLD.ver, OLD.at, OLD.recorded,
  OLD.staff, OLD.role, OLD.unit, OLD.region, OLD.act, OLD.hash) THEN RETURN NEW;
END IF;
RAISE EXCEPTION 'events and seals are append-only';
END $$;
DROP TRIGGER event_keep ON event;
CREATE TRIGGER event_keep BEFORE UPDATE ON event FOR EACH ROW EXECUTE FUNCTION refuse_edit();
CREATE TRIGGER event_gone BEFORE DELETE ON event FOR EACH ROW EXECUTE FUNCTION refuse_change();
--@both
