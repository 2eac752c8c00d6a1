-- 数据共享 (X8): the directory of what the offices hold, which papers are asked for although they are held, and requests for data.
CREATE TABLE data_resource (
  id            @ID,
  ver           BIGINT NOT NULL,
  code          TEXT NOT NULL,
  name          TEXT NOT NULL,
  provider      TEXT NOT NULL,
  provider_unit BIGINT,
  item          BIGINT,
  sharing       TEXT NOT NULL,
  doc           TEXT NOT NULL
) @STRICT;
CREATE UNIQUE INDEX data_resource_code ON data_resource (code);
CREATE UNIQUE INDEX data_resource_name ON data_resource (name, provider);
CREATE INDEX data_resource_item ON data_resource (item);

-- 要交的材料: by the name under which results are held
CREATE TABLE data_asked (
  item     BIGINT NOT NULL,
  material TEXT NOT NULL,
  name     TEXT NOT NULL,
  title    TEXT NOT NULL,
  PRIMARY KEY (item, material)
) @STRICT;
CREATE INDEX data_asked_name ON data_asked (name);

-- which version of an item the directory was made from
CREATE TABLE data_read (
  item    BIGINT PRIMARY KEY,
  version BIGINT NOT NULL
) @STRICT;

CREATE TABLE data_request (
  id            @KEY,
  ver           BIGINT NOT NULL,
  number        TEXT NOT NULL,
  resource      BIGINT NOT NULL,
  provider_unit BIGINT,
  asker         BIGINT NOT NULL,
  stage         TEXT NOT NULL,
  since         BIGINT NOT NULL,
  due           BIGINT,
  doc           TEXT NOT NULL
) @STRICT;
CREATE UNIQUE INDEX data_request_number ON data_request (number);
CREATE INDEX data_request_asker ON data_request (asker, id);
CREATE INDEX data_request_provider ON data_request (provider_unit, id);
CREATE INDEX data_request_resource ON data_request (resource, asker, stage);
