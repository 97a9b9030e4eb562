-- Apps whose routes changed, in order, for the routers of all processes; and how far each of these has come.
CREATE TABLE route_changes (
    number INTEGER NOT NULL PRIMARY KEY,
    app_id TEXT    NOT NULL
) STRICT;
CREATE TABLE routers (
    name     TEXT    NOT NULL PRIMARY KEY,
    change   INTEGER NOT NULL,
    beat     INTEGER NOT NULL,
    draining TEXT    NOT NULL
) STRICT;
