"""docs/runbooks/database-lost.md: a database is restored to an older moment, or lost; Kafka has what came after."""

from __future__ import annotations

import dataclasses
import re
import signal
import time
from datetime import datetime

import psycopg
import pytest
from psycopg import sql

from chassis.processing.lags import heads_of, lags
from chassis.store.postgres.addresses import name_of
from nyfiken.layout import SERVICES
from tests.faults import afresh
from tests.faults.backups import dump, restored
from tests.faults.lasting import longer
from tests.faults.stage import until

SERVICE = "ideas"
OTHERS = tuple(name for name in SERVICES if name != SERVICE)
A_WHILE = 3.0
"""Seconds of work."""
_ANOTHER = """
    INSERT INTO events (partition, position, id, stream, version, type, data, metadata, recorded_at)
    SELECT partition, position + 1, 'another', 'idea-another', 1, type, data, metadata, recorded_at
    FROM events WHERE partition = %s ORDER BY position DESC LIMIT 1
"""
pytestmark = pytest.mark.timeout(240)


@longer
def test_a_backup_takes_back_what_was_recorded_since(stage, tmp_path):
    dump(stage.database(SERVICE), tmp_path / "backup.sql")
    work(stage)
    kept = stopped(stage)
    restore(stage, tmp_path / "backup.sql")
    assert known(stage) != kept
    code, said = stage.platform.tries("recover", SERVICE, "--check")
    assert code == 1, said
    stage.platform.nyfiken("recover", SERVICE, "--yes")
    assert known(stage) == kept
    assert "ideas has everything" in stage.platform.nyfiken("recover", SERVICE, "--check")
    stage.platform.start()
    work(stage)
    stage.nothing_is_lost()


def test_databases_that_are_lost_altogether_are_made_from_their_topics_though_that_is_killed_in_between(
    stage, tmp_path, monkeypatch
):
    """Of two services at once: one whose rules move its own streams, and one whose rules remember."""
    work(stage)
    kept = {service: stopped(stage, service) for service in (SERVICE, "notifications")}
    for service in kept:
        lose(stage, service)
    stage.platform.nyfiken("migrate", *kept)
    noted = tmp_path / "noted"
    noted.write_text("transaction-before-commit transaction-after-commit ")  # that it may pass
    with monkeypatch.context() as dying:
        dying.setenv("NYFIKEN_FAILPOINTS", f"{noted}:1000000")
        code, _ = stage.platform.tries("recover", SERVICE, "--yes")
    assert (code, noted.read_text().split()[-1]) == (-signal.SIGKILL, "taken-back")
    assert 0 < stage.recorded(SERVICE) < sum(map(len, kept[SERVICE].values()))
    for service in kept:
        stage.platform.nyfiken("recover", service, "--yes")
        assert known(stage, service) == kept[service]
    stage.platform.start()
    work(stage)
    stage.everything_holds()


@longer
def test_a_database_that_was_used_before_it_was_recovered_is_left_as_it_is(stage, tmp_path):
    dump(stage.database(SERVICE), tmp_path / "backup.sql")
    work(stage)
    kept = stopped(stage)
    dump(stage.database(SERVICE), tmp_path / "newest.sql")
    restore(stage, tmp_path / "backup.sql")
    forked = known(stage)
    n = next(n for n in kept if len(kept[n]) > len(forked[n]) > 0)
    with psycopg.connect(stage.database(SERVICE)) as db:
        db.execute(_ANOTHER, (n,))
    code, said = stage.platform.tries("recover", SERVICE, "--yes")
    assert code == 1
    assert f"the topic has another event at ideas/{n}:{len(forked[n]) + 1} than the database" in said
    assert "Restore the backup once more, with all processes of ideas stopped" in said
    restore(stage, tmp_path / "newest.sql")
    assert known(stage) == kept
    stage.platform.start()
    stage.nothing_is_lost()


def test_a_platform_that_runs_is_not_recovered(stage):
    code, said = stage.platform.tries("recover", SERVICE, "--check")
    assert code == 1
    assert "stop all processes of ideas first" in said


@longer
def test_who_has_heard_of_what_is_lost_for_ever_stops_and_goes_on_after_a_rewind(stage, tmp_path):
    """Nothing was published while Kafka was away, but feeds were read: then the database is lost, too."""
    stage.history.catches_up()
    dump(stage.database(SERVICE), tmp_path / "backup.sql")
    stage.kafka.stop()
    work(stage)
    feeds = dataclasses.replace(stage.history, brokers=None)
    feeds.catches_up()
    stage.platform.stop()
    stage.kafka.start()
    before = known(stage)
    restore(stage, tmp_path / "backup.sql")
    assert events(before) - events(known(stage)), "nothing was lost"
    said = stage.platform.nyfiken("recover", SERVICE, "--yes")
    assert "ideas has everything" in said
    stage.platform.start()
    work(stage)
    until(lambda: all(map(has_stopped(stage), OTHERS)), "nobody says that something is wrong")
    for other in OTHERS:
        rewound = stage.platform.nyfiken("rewind", other, SERVICE, "--since", since(said), "--port", port(stage))
        assert f"{SERVICE}/" in rewound, rewound
    stage.platform.stop()
    stage.platform.start()
    stage.history.catches_up()
    until(lambda: not building(stage), "read models are still being built")
    still = stage.history.still()
    for name, service in still.services.items():
        for model in service.read_models:
            still.equals_a_fresh_fold(name, model)
    still.nothing_is_parked()
    still.topics_hold_what_the_stores_hold()
    told = {r.stream: r.event for r in still.history("notifications") if r.type == afresh.RAISED}
    anew = afresh.notified(still.services["notifications"], still.stores)
    assert anew.keys() - told.keys() == set(), "somebody was not told of what has happened"
    of_what_is_lost = [event for stream, event in told.items() if stream not in anew]
    assert of_what_is_lost, "who had heard of something was told of it, too"
    assert all(event.cause.happened_at < datetime.fromisoformat(since(said)) for event in of_what_is_lost)


def work(stage):
    with stage.people.going_on():
        time.sleep(A_WHILE)


def stopped(stage, service=SERVICE):
    """What the service has when everything has caught up and nothing runs any more."""
    if stage.platform.pid:
        stage.history.catches_up()
        stage.platform.stop()
    return known(stage, service)


def known(stage, service=SERVICE):
    """Partition → the events of the service, as far as others know them."""
    store = stage.history.stores[service]
    return {n: [(r.position, r.id, r.recorded_at) for r in store.read(n, 0, 100_000)] for n in range(store.partitions)}


def restore(stage, backup):
    """Its database is that of a backup, and no worker of then counts as one that lives."""
    with restored(stage.postgres.dsn, stage.database(SERVICE), backup):
        pass


def lose(stage, service):
    with psycopg.connect(stage.postgres.dsn, autocommit=True) as server:
        name = sql.Identifier(name_of(stage.database(service)))
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


def since(said):
    """The moment in the first command that is recommended."""
    return re.search(r"--since (\S+)", said)[1]


def events(of):
    """The ids."""
    return {id_ for partition in of.values() for _, id_, _ in partition}


def port(stage):
    return str(stage.platform.port)


def has_stopped(stage):
    """Whether a service says that a source was restored."""
    wanted = f"SourceRestored: {SERVICE}/"
    return lambda name: any(wanted in line["reason"] for line in stage.logged(name, "processor-stopped"))


def building(stage):
    heads = heads_of(stage.history.stores.values())
    found = [
        lag for name, one in stage.history.services.items() for lag in lags(one, stage.history.stores[name], heads)
    ]
    return {lag.name for lag in found if lag.building}
