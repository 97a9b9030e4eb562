-- Apps whose routes changed, in order, for the routers of all processes; and how far each of these has come.
CREATE TABLE route_changes (
    number BIGINT NOT NULL PRIMARY KEY,
    app_id TEXT COLLATE "C" NOT NULL
);
CREATE TABLE routers (
    name     TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    change   BIGINT NOT NULL,
    beat     BIGINT NOT NULL,
    draining TEXT COLLATE "C" NOT NULL
);
