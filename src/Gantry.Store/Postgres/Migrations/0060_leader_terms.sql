-- One row: the newest term of the leader. Every write of a leader looks at it.
CREATE TABLE leader_terms (
    name     TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    number   BIGINT NOT NULL,
    holder   TEXT COLLATE "C" NOT NULL,
    began_at BIGINT NOT NULL
);
