-- Times are 100 ns units since 1970-01-01 UTC: datetime(created_at / 10000000, 'unixepoch') shows one.
-- seq keeps the order of records that were made in the same instant.

CREATE TABLE users (
    id            TEXT    NOT NULL PRIMARY KEY,
    username      TEXT    NOT NULL,
    email         TEXT    NOT NULL,
    is_operator   INTEGER NOT NULL,
    password_hash TEXT,
    created_at    INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX users_username ON users (lower(username));
CREATE UNIQUE INDEX users_email ON users (lower(email));

CREATE TABLE api_tokens (
    id           TEXT    NOT NULL PRIMARY KEY,
    user_id      TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name         TEXT    NOT NULL,
    secret_hash  TEXT    NOT NULL UNIQUE,
    created_at   INTEGER NOT NULL,
    last_used_at INTEGER,
    expires_at   INTEGER
) STRICT;
CREATE INDEX api_tokens_user ON api_tokens (user_id);

CREATE TABLE ssh_keys (
    id          TEXT    NOT NULL PRIMARY KEY,
    user_id     TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name        TEXT    NOT NULL,
    content     TEXT    NOT NULL,
    fingerprint TEXT    NOT NULL UNIQUE,
    created_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX ssh_keys_user ON ssh_keys (user_id);

CREATE TABLE apps (
    id                    TEXT    NOT NULL PRIMARY KEY,
    name                  TEXT    NOT NULL UNIQUE,
    owner_id              TEXT    NOT NULL REFERENCES users (id),
    stack_id              TEXT    NOT NULL,
    status                TEXT    NOT NULL,
    force_https           INTEGER NOT NULL,
    sticky_session        INTEGER NOT NULL,
    router_logs           INTEGER NOT NULL,
    created_at            INTEGER NOT NULL,
    updated_at            INTEGER NOT NULL,
    current_deployment_id TEXT,
    current_image_id      TEXT,
    last_deployed_at      INTEGER,
    last_deployed_by      TEXT,
    deleted_at            INTEGER,
    last_one_off_index    INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX apps_owner ON apps (owner_id);

CREATE TABLE formations (
    app_id   TEXT    NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
    type     TEXT    NOT NULL,
    amount   INTEGER NOT NULL,
    size     TEXT    NOT NULL,
    command  TEXT    NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (app_id, type)
) STRICT, WITHOUT ROWID;

CREATE TABLE variables (
    id     TEXT NOT NULL PRIMARY KEY,
    app_id TEXT NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
    name   TEXT NOT NULL,
    sealed BLOB NOT NULL,
    UNIQUE (app_id, name)
) STRICT;

CREATE TABLE operations (
    seq          INTEGER PRIMARY KEY AUTOINCREMENT,
    id           TEXT    NOT NULL UNIQUE,
    app_id       TEXT    NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
    type         TEXT    NOT NULL,
    status       TEXT    NOT NULL,
    error        TEXT,
    scope        TEXT    NOT NULL,
    container_id TEXT,
    created_at   INTEGER NOT NULL,
    finished_at  INTEGER
) STRICT;
CREATE INDEX operations_app ON operations (app_id);
CREATE INDEX operations_unfinished ON operations (seq) WHERE finished_at IS NULL;

CREATE TABLE deployments (
    seq             INTEGER PRIMARY KEY AUTOINCREMENT,
    id              TEXT    NOT NULL UNIQUE,
    app_id          TEXT    NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
    pusher_id       TEXT    NOT NULL,
    pusher_name     TEXT    NOT NULL,
    source_kind     INTEGER NOT NULL,
    source_value    TEXT    NOT NULL,
    git_ref         TEXT    NOT NULL,
    status          TEXT    NOT NULL,
    failure_reason  TEXT,
    image_id        TEXT,
    image_size      INTEGER NOT NULL,
    stack_name      TEXT    NOT NULL,
    postdeploy_hook TEXT    NOT NULL,
    abort_requested INTEGER NOT NULL,
    created_at      INTEGER NOT NULL,
    started_at      INTEGER,
    finished_at     INTEGER
) STRICT;
CREATE INDEX deployments_app ON deployments (app_id, created_at, seq);
CREATE INDEX deployments_status ON deployments (status);

-- Append-only pieces: start and length count UTF-16 code units, text is UTF-8.
CREATE TABLE deployment_outputs (
    deployment_id TEXT    NOT NULL REFERENCES deployments (id) ON DELETE CASCADE,
    start         INTEGER NOT NULL,
    length        INTEGER NOT NULL,
    text          BLOB    NOT NULL,
    PRIMARY KEY (deployment_id, start)
) STRICT;

CREATE TABLE images (
    seq            INTEGER PRIMARY KEY AUTOINCREMENT,
    id             TEXT    NOT NULL UNIQUE,
    app_id         TEXT    NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
    stack_digest   TEXT    NOT NULL,
    layer_digest   TEXT    NOT NULL,
    layer_bytes    INTEGER NOT NULL,
    process_types  TEXT    NOT NULL,
    config_vars    TEXT    NOT NULL,
    source_version TEXT    NOT NULL,
    created_at     INTEGER NOT NULL
) STRICT;
CREATE INDEX images_app ON images (app_id, created_at, seq);

CREATE TABLE stacks (
    id            TEXT    NOT NULL PRIMARY KEY,
    name          TEXT    NOT NULL UNIQUE,
    description   TEXT    NOT NULL,
    base_image    TEXT    NOT NULL,
    is_default    INTEGER NOT NULL,
    run_digest    TEXT    NOT NULL,
    build_digest  TEXT    NOT NULL,
    created_at    INTEGER NOT NULL,
    deprecated_at INTEGER
) STRICT;

CREATE TABLE containers (
    seq               INTEGER PRIMARY KEY AUTOINCREMENT,
    id                TEXT    NOT NULL UNIQUE,
    app_id            TEXT    NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
    deployment_id     TEXT    NOT NULL,
    image_id          TEXT    NOT NULL,
    type              TEXT    NOT NULL,
    slot              INTEGER NOT NULL,
    size              TEXT    NOT NULL,
    command           TEXT    NOT NULL,
    extra_environment BLOB,
    attached          INTEGER NOT NULL,
    user_id           TEXT,
    wanted            INTEGER NOT NULL,
    state             TEXT    NOT NULL,
    host              TEXT    NOT NULL,
    address           TEXT,
    port              INTEGER NOT NULL,
    exit_code         INTEGER,
    exit_reason       TEXT,
    crashes           INTEGER NOT NULL,
    not_before        INTEGER,
    created_at        INTEGER NOT NULL,
    started_at        INTEGER,
    ready_at          INTEGER,
    stopped_at        INTEGER
) STRICT;
CREATE INDEX containers_app ON containers (app_id);
CREATE INDEX containers_live ON containers (seq) WHERE state <> 'Stopped';
CREATE INDEX containers_stopped ON containers (stopped_at) WHERE state = 'Stopped';

-- Outlives its app: the owner's timeline still tells what happened to an app that is gone.
CREATE TABLE events (
    seq        INTEGER PRIMARY KEY AUTOINCREMENT,
    id         TEXT    NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    type       TEXT    NOT NULL,
    user_id    TEXT,
    username   TEXT    NOT NULL,
    app_id     TEXT,
    app_name   TEXT    NOT NULL,
    owner_id   TEXT,
    data_json  TEXT    NOT NULL
) STRICT;
CREATE INDEX events_app ON events (app_id, created_at, seq);
CREATE INDEX events_owner ON events (owner_id, created_at, seq);

-- Proves that the key file is the one that sealed the values, without telling the key.
CREATE TABLE sealing_keys (
    key_id INTEGER NOT NULL PRIMARY KEY,
    proof  BLOB    NOT NULL
) STRICT;
