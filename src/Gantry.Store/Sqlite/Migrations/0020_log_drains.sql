CREATE TABLE log_drains (
    id         TEXT    NOT NULL PRIMARY KEY,
    app_id     TEXT    NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
    sealed     BLOB    NOT NULL,
    cursor     TEXT    NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX log_drains_app ON log_drains (app_id);
