-- Null address: the host of a control process. A row stays when its host is removed: an id is never given twice.
ALTER TABLE hosts ADD COLUMN address TEXT COLLATE "C";
ALTER TABLE hosts ADD COLUMN subnet TEXT COLLATE "C";
ALTER TABLE hosts ADD COLUMN removed_at BIGINT;

CREATE TABLE join_tokens (
    id          TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    secret_hash TEXT COLLATE "C" NOT NULL,
    created_at  BIGINT NOT NULL,
    expires_at  BIGINT NOT NULL,
    used_by     TEXT COLLATE "C",
    used_key    TEXT COLLATE "C",
    used_at     BIGINT
);

CREATE TABLE authorities (
    name        TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    certificate TEXT COLLATE "C" NOT NULL,
    sealed      BYTEA NOT NULL,
    created_at  BIGINT NOT NULL
);
