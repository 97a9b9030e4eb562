-- Null address: the host of a control process. A row stays when its host is removed: an id is never given twice.
ALTER TABLE hosts ADD COLUMN address TEXT;
ALTER TABLE hosts ADD COLUMN subnet TEXT;
ALTER TABLE hosts ADD COLUMN removed_at INTEGER;

CREATE TABLE join_tokens (
    id          TEXT    NOT NULL PRIMARY KEY,
    secret_hash TEXT    NOT NULL,
    created_at  INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL,
    used_by     TEXT,
    used_key    TEXT,
    used_at     INTEGER
) STRICT;

CREATE TABLE authorities (
    name        TEXT    NOT NULL PRIMARY KEY,
    certificate TEXT    NOT NULL,
    sealed      BLOB    NOT NULL,
    created_at  INTEGER NOT NULL
) STRICT;
