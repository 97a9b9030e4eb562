CREATE TABLE hosts (
    id            TEXT    NOT NULL PRIMARY KEY,
    name          TEXT    NOT NULL,
    class         TEXT    NOT NULL,
    zone          TEXT    NOT NULL,
    labels        TEXT    NOT NULL,
    cordoned      INTEGER NOT NULL,
    capacity      TEXT    NOT NULL,
    registered_at INTEGER NOT NULL
) STRICT;

-- The scheduler's sentence is kept with what it was about; null for containers from before there was one.
ALTER TABLE containers ADD COLUMN placed_at INTEGER;
ALTER TABLE containers ADD COLUMN placement TEXT;
