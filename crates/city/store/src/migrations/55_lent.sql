-- 初始密码: set by somebody else; its owner makes one of his own before anything else.
ALTER TABLE staff ADD COLUMN lent BIGINT NOT NULL DEFAULT 0;
