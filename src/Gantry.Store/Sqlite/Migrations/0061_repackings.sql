-- One row: the repacking of the cluster that is carried out, or the last one. The plan is JSON: nobody asks for a part of it.
CREATE TABLE repackings (
    name     TEXT    NOT NULL PRIMARY KEY,
    number   INTEGER NOT NULL,
    state    TEXT    NOT NULL,
    began_at INTEGER NOT NULL,
    ended_at INTEGER,
    plan     TEXT    NOT NULL
) STRICT;
