-- The event store of one service on SQLite. `place` is partition * 2^48 + position: events are appended in its order.

CREATE TABLE IF NOT EXISTS meta (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS streams (
    id      TEXT PRIMARY KEY,
    version INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS events (
    place       INTEGER PRIMARY KEY,
    id          TEXT    NOT NULL,
    stream      TEXT    NOT NULL,
    version     INTEGER NOT NULL,
    type        TEXT    NOT NULL,
    data        BLOB    NOT NULL,
    metadata    BLOB    NOT NULL,
    sealed      BLOB,             -- personal values, encrypted; never selected by readers of the history
    recorded_at INTEGER NOT NULL, -- microseconds since 1970, never smaller than the event's before it
    occurred_at INTEGER
);
CREATE UNIQUE INDEX IF NOT EXISTS events_by_stream ON events (stream, version);

-- Idempotency: what a command was answered, and a keyed hash of its body; never the body.
CREATE TABLE IF NOT EXISTS commands (
    caller      TEXT    NOT NULL,
    key         TEXT    NOT NULL,
    answer      BLOB    NOT NULL,
    recorded_at INTEGER NOT NULL,
    PRIMARY KEY (caller, key)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS snapshots (
    stream      TEXT PRIMARY KEY,
    version     INTEGER NOT NULL,
    fingerprint TEXT    NOT NULL,
    state       BLOB    NOT NULL
);

-- A person's key without `wrapped` is a tombstone: it was destroyed, and nothing is sealed under it again.
CREATE TABLE IF NOT EXISTS person_keys (
    person       TEXT NOT NULL,
    scope        TEXT NOT NULL,
    wrapped      BLOB,
    destroyed_at INTEGER,
    PRIMARY KEY (person, scope)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS event_keys (
    stream  TEXT    NOT NULL,
    version INTEGER NOT NULL,
    person  TEXT    NOT NULL,
    scope   TEXT    NOT NULL,
    wrapped BLOB    NOT NULL,
    PRIMARY KEY (stream, version)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS event_keys_by_person ON event_keys (person, scope);
