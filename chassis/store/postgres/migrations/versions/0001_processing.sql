-- How far each processor and the relay are, who runs them, what they have set aside; as chassis.processing.tables says.

CREATE TABLE checkpoints (
    processor text    NOT NULL,
    source    text    NOT NULL,
    partition integer NOT NULL,
    position  bigint  NOT NULL,
    event_id  text    NOT NULL,
    PRIMARY KEY (processor, source, partition)
) WITH (fillfactor = 50); -- updated with every batch

CREATE TABLE leases (
    processor  text    NOT NULL,
    source     text    NOT NULL,
    partition  integer NOT NULL,
    owner      text    NOT NULL,
    process    text    NOT NULL,
    epoch      bigint  NOT NULL,
    expires_at bigint  NOT NULL,
    released   boolean NOT NULL,
    lost_at    bigint  NOT NULL,
    lost       integer NOT NULL,
    trying     bigint  NOT NULL,
    tries      integer NOT NULL,
    PRIMARY KEY (processor, source, partition)
) WITH (fillfactor = 50);

CREATE TABLE workers (
    owner      text   NOT NULL,
    processor  text   NOT NULL,
    expires_at bigint NOT NULL,
    PRIMARY KEY (owner, processor)
);

CREATE TABLE parked_keys (
    processor text   NOT NULL,
    key       text   NOT NULL,
    reason    text   NOT NULL,
    since     bigint NOT NULL,
    PRIMARY KEY (processor, key)
);

CREATE TABLE parked_events (
    number    serial PRIMARY KEY,
    processor text   NOT NULL,
    key       text   NOT NULL,
    event     bytea  NOT NULL
);
CREATE INDEX parked_events_by_key ON parked_events (processor, key, number);

CREATE TABLE read_models (
    name       text    NOT NULL,
    version    integer NOT NULL,
    generation integer NOT NULL,
    serving    boolean NOT NULL,
    retired    boolean NOT NULL,
    PRIMARY KEY (name, version, generation)
);

CREATE TABLE source_heads (
    source    text    NOT NULL,
    partition integer NOT NULL,
    position  bigint  NOT NULL,
    event_id  text    NOT NULL,
    PRIMARY KEY (source, partition)
);

CREATE TABLE relayed (
    partition    integer PRIMARY KEY,
    position     bigint NOT NULL,
    event_id     text   NOT NULL,
    topic_id     text   NOT NULL,
    topic_offset bigint NOT NULL
);
