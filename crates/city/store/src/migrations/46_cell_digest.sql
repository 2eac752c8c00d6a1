-- 对接城市: what came keeps the digest of its text, so that a number used again with other words is seen; none of what came before.
ALTER TABLE cell_in ADD COLUMN digest TEXT;
CREATE INDEX cell_out_state ON cell_out (state, id);
