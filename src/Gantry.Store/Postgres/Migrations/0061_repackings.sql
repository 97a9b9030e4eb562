-- One row: the repacking of the cluster that is carried out, or the last one. The plan is JSON: nobody asks for a part of it.
CREATE TABLE repackings (
    name     TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    number   BIGINT NOT NULL,
    state    TEXT COLLATE "C" NOT NULL,
    began_at BIGINT NOT NULL,
    ended_at BIGINT,
    plan     TEXT COLLATE "C" NOT NULL
);
