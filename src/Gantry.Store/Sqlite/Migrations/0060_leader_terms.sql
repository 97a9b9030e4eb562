-- One row: the newest term of the leader. Every write of a leader looks at it.
CREATE TABLE leader_terms (
    name     TEXT    NOT NULL PRIMARY KEY,
    number   INTEGER NOT NULL,
    holder   TEXT    NOT NULL,
    began_at INTEGER NOT NULL
) STRICT;
