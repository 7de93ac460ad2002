-- The event store of one service on PostgreSQL. It *is* the outbox: nothing else is written when a command succeeds.

CREATE TABLE meta (
    name  text PRIMARY KEY,
    value text NOT NULL
);

-- One row each, locked to append to it and never updated: a counter that is updated bloats under any open snapshot.
CREATE TABLE partitions (
    number integer PRIMARY KEY
);

CREATE TABLE streams (
    id      text COLLATE "C" PRIMARY KEY,
    version bigint NOT NULL -- 0: somebody relies on it not being there
) WITH (fillfactor = 80);   -- so that an update finds room on its page

CREATE TABLE events (
    partition   integer     NOT NULL,
    position    bigint      NOT NULL,
    id          text        NOT NULL,
    stream      text        COLLATE "C" NOT NULL,
    version     bigint      NOT NULL,
    type        text        NOT NULL,
    data        json        NOT NULL, -- not jsonb: what is published is what was written, byte by byte
    metadata    json        NOT NULL,
    sealed      bytea,                -- personal values, encrypted; never selected by readers of the history
    recorded_at timestamptz NOT NULL, -- never smaller than that of the event before it
    occurred_at timestamptz,
    PRIMARY KEY (partition, position)
);
CREATE UNIQUE INDEX events_by_stream ON events (stream, version);

-- Idempotency: what a command was answered, and a keyed hash of its body; never the body.
CREATE TABLE commands (
    caller      text        COLLATE "C" NOT NULL,
    key         text        COLLATE "C" NOT NULL,
    answer      jsonb       NOT NULL, -- without positions: they are where its events are
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (caller, key)
);

CREATE TABLE snapshots (
    stream      text   COLLATE "C" PRIMARY KEY,
    version     bigint NOT NULL,
    fingerprint text   NOT NULL,
    state       bytea  NOT NULL
);

-- A person's key without `wrapped` is a tombstone: it was destroyed, and nothing is sealed under it again.
CREATE TABLE person_keys (
    person       text COLLATE "C" NOT NULL,
    scope        text NOT NULL,
    wrapped      bytea,
    destroyed_at timestamptz,
    PRIMARY KEY (person, scope)
);

CREATE TABLE event_keys (
    stream  text   COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    person  text   COLLATE "C" NOT NULL,
    scope   text   NOT NULL,
    wrapped bytea  NOT NULL,
    PRIMARY KEY (stream, version)
);
CREATE INDEX event_keys_by_person ON event_keys (person, scope);

-- What a command was answered under its key: the answer, and per partition the position of its last event.
CREATE FUNCTION answered(of_caller text, of_key text) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT answer || jsonb_build_object('positions', (
        SELECT coalesce(jsonb_agg(jsonb_build_array(partition, position) ORDER BY partition), '[]')
        FROM (
            SELECT e.partition, max(e.position) AS position
            FROM jsonb_each_text(answer -> 'changed') AS changed (stream, version)
            JOIN events AS e ON e.stream = changed.stream AND e.version = changed.version::bigint
            GROUP BY e.partition
        ) AS last
    ))
    FROM commands WHERE caller = of_caller AND key = of_key
$$;

-- Everything one command records, at once or not at all. The order of the steps is what makes positions gapless and
-- visible in order, and keeps two appends from waiting for each other:
--   1. the idempotency keys   2. the streams, sorted (before them the keys of the people whose values are sealed)
--   3. the partitions, sorted, last, because they serialise   4. the events
-- Refuses with NY001 (a stream is not at the version expected; DETAIL names it), NY002 (a key was used before; DETAIL
-- is what was answered then), NY003 (a person was erased meanwhile). Gives the last position of each partition.
CREATE FUNCTION append_events(
    keys jsonb,    -- [{caller, key, answer}]
    people jsonb,  -- [{person, scope}], sorted
    streams jsonb, -- [{id, expected, added}], sorted by id; added 0: it must stay as it is
    events jsonb,  -- [{number, events: [{n, id, stream, version, type, data, metadata, sealed, occurred_at,
                   --                     person, scope, wrapped}]}], sorted by number; n counts 1, 2, 3
    clock timestamptz DEFAULT NULL -- instead of the database's own, for tests
) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    given record;
    last record;
    moment timestamptz;
    positions jsonb := '[]';
BEGIN
    FOR given IN SELECT * FROM jsonb_to_recordset(keys) AS k (caller text, key text, answer jsonb) LOOP
        INSERT INTO commands (caller, key, answer, recorded_at)
            VALUES (given.caller, given.key, given.answer, coalesce(clock, clock_timestamp()))
            ON CONFLICT DO NOTHING;
        IF NOT FOUND THEN
            RAISE SQLSTATE 'NY002' USING DETAIL = answered(given.caller, given.key)::text;
        END IF;
    END LOOP;

    FOR given IN SELECT * FROM jsonb_to_recordset(people) AS p (person text, scope text) LOOP
        PERFORM 1 FROM person_keys AS p
            WHERE p.person = given.person AND p.scope = given.scope AND wrapped IS NOT NULL FOR SHARE;
        IF NOT FOUND THEN
            RAISE SQLSTATE 'NY003';
        END IF;
    END LOOP;

    FOR given IN SELECT * FROM jsonb_to_recordset(streams) AS s (id text, expected bigint, added bigint) LOOP
        IF given.expected = 0 THEN -- even one that only must not be there: nobody may create it meanwhile
            INSERT INTO streams AS s (id, version) VALUES (given.id, given.added)
                ON CONFLICT (id) DO UPDATE SET version = excluded.version WHERE s.version = 0;
        ELSIF given.added = 0 THEN
            PERFORM 1 FROM streams AS s WHERE s.id = given.id AND version = given.expected FOR SHARE;
        ELSE
            UPDATE streams AS s SET version = version + given.added
                WHERE s.id = given.id AND version = given.expected;
        END IF;
        IF NOT FOUND THEN
            RAISE SQLSTATE 'NY001' USING DETAIL = given.id;
        END IF;
    END LOOP;

    FOR given IN SELECT * FROM jsonb_to_recordset(events) AS g (number integer, events jsonb) LOOP
        PERFORM 1 FROM partitions WHERE number = given.number FOR UPDATE;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'there is no partition %', given.number;
        END IF;
        SELECT position, recorded_at INTO last
            FROM events AS e WHERE e.partition = given.number ORDER BY position DESC LIMIT 1;
        moment := greatest(last.recorded_at, coalesce(clock, clock_timestamp()));
        INSERT INTO events
                (partition, position, id, stream, version, type, data, metadata, sealed, recorded_at, occurred_at)
            SELECT given.number, coalesce(last.position, 0) + n, id, stream, version, type, data::json,
                   metadata::json, sealed, moment, occurred_at
            FROM jsonb_to_recordset(given.events) AS e (
                n bigint, id text, stream text, version bigint, type text, data text, metadata text, sealed bytea,
                occurred_at timestamptz
            );
        IF jsonb_array_length(people) > 0 THEN
            INSERT INTO event_keys (stream, version, person, scope, wrapped)
                SELECT stream, version, person, scope, wrapped
                FROM jsonb_to_recordset(given.events) AS e (
                    stream text, version bigint, person text, scope text, wrapped bytea
                ) WHERE person IS NOT NULL;
        END IF;
        positions := positions || jsonb_build_array(jsonb_build_array(
            given.number, coalesce(last.position, 0) + jsonb_array_length(given.events)
        ));
    END LOOP;
    RETURN positions;
END
$$;
