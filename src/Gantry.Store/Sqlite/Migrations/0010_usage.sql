-- One row a container, for as long as it may have to be billed: nothing refers to it and no app takes it along.
-- Announced before it starts (builds) or opened when it is first seen; uptimes in seconds of the host's boot.
CREATE TABLE usage_records (
    seq          INTEGER PRIMARY KEY AUTOINCREMENT,
    container_id TEXT    NOT NULL UNIQUE,
    kind         TEXT    NOT NULL,
    app_id       TEXT    NOT NULL,
    app_name     TEXT    NOT NULL,
    owner_id     TEXT    NOT NULL,
    type         TEXT    NOT NULL,
    size         TEXT    NOT NULL,
    memory_bytes INTEGER NOT NULL,
    announced_at INTEGER NOT NULL,
    host         TEXT,
    boot_id      TEXT,
    start_uptime INTEGER,
    started_at   INTEGER,
    stopped_at   INTEGER
) STRICT;
CREATE INDEX usage_open ON usage_records (host) WHERE stopped_at IS NULL;
CREATE INDEX usage_stopped ON usage_records (stopped_at);

-- All open records of a host were alive at its sighting.
CREATE TABLE usage_sightings (
    host    TEXT    NOT NULL PRIMARY KEY,
    boot_id TEXT    NOT NULL,
    uptime  INTEGER NOT NULL,
    seen_at INTEGER NOT NULL
) STRICT;
