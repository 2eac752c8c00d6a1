-- 增值服务 (R11): what companies may order beside what the law gives them (stream kind 35).
CREATE TABLE aid (
  id     @KEY,
  code   TEXT NOT NULL,
  ver    BIGINT NOT NULL,
  name   TEXT NOT NULL,
  kind   TEXT NOT NULL,
  region TEXT NOT NULL,
  unit   BIGINT NOT NULL,
  about  TEXT NOT NULL,
  price  TEXT NOT NULL,
  phone  TEXT NOT NULL,
  days   BIGINT NOT NULL,
  state  TEXT NOT NULL
) @STRICT;
CREATE UNIQUE INDEX aid_code ON aid (code);
-- 增值服务订单 (stream kind 36): what a company ordered and what came of it. It is rated as every service is (`service`, `rating`).
CREATE TABLE aid_order (
  id      @KEY,
  number  TEXT NOT NULL,
  ver     BIGINT NOT NULL,
  aid     BIGINT NOT NULL,
  company BIGINT NOT NULL,
  unit    BIGINT NOT NULL,
  state   TEXT NOT NULL,
  words   TEXT NOT NULL,
  began   BIGINT NOT NULL,
  days    BIGINT NOT NULL,
  taken   BIGINT,
  ended   BIGINT,
  result  TEXT NOT NULL
) @STRICT;
CREATE UNIQUE INDEX aid_order_number ON aid_order (number);
CREATE INDEX aid_order_company ON aid_order (company, id);
CREATE INDEX aid_order_unit ON aid_order (unit, state, id);
CREATE INDEX aid_order_aid ON aid_order (aid, id);
