"""docs/runbooks/upgrading.md: the release that comes next takes the place of the last one that was made, process by
process, while people go on. One of its read models has another version, it records one event in a version that the old
release does not know, and its databases are a step further."""

from __future__ import annotations

import itertools
import subprocess
from collections import Counter

import orjson
import psycopg
import pytest
import sqlalchemy as sa

from chassis.processing.checkpoints import checkpoints
from nyfiken.layout import SERVICES
from tests.faults.check import Platform
from tests.faults.cluster import Cluster, until
from tests.faults.lasting import SECONDS
from tests.faults.steady import Steady
from tests.faults.workload import Clients
from tests.operations.readers import Readers
from tests.operations.released import NoHistory, NotHere, releases
from tests.operations.rollout import NEW, NEW_TABLE, OLD, OLD_TABLE, RELEASE, TAG, TOMORROW, WITHIN, Rollout, stopped
from tests.platform import RunningPlatform

COMMENTS = 2


@pytest.fixture
def released(tmp_path):
    """The last release that was made, as it was made."""
    try:
        return releases()[0].unpacked(tmp_path / "released")
    except NoHistory as reason:
        told, end = str(reason), pytest.skip
    except NotHere as reason:
        told, end = str(reason), pytest.fail
    return end(told)


@pytest.fixture
def cluster(released, postgres_server, kafka_server, tmp_path):
    servers = {"postgres": postgres_server.dsn, "kafka": kafka_server.bootstrap_servers}
    running = Cluster(RunningPlatform(tmp_path / "data", **servers), released)
    yield running
    running.close()


@pytest.fixture
def history(cluster):
    it = Platform.of(cluster.platform)
    yield it
    it.close()


@pytest.fixture
def clients(cluster):
    it = Clients(cluster.platform, patient=True, timeout=20.0)
    yield it
    it.close()


@pytest.fixture
def rollout(cluster, history, clients):
    return Rollout(cluster, history, clients)


def everything_holds(cluster, acknowledged):
    """The whole check, in a process that knows the new release."""
    command = [TOMORROW.python, "-m", f"{TOMORROW.commands}.check", "--data", str(cluster.platform.data)]
    where = {"cwd": TOMORROW.folder, "env": cluster.platform.environment}
    ran = subprocess.run(command, **where, input=orjson.dumps(acknowledged), capture_output=True)
    assert ran.returncode == 0, (ran.stdout + ran.stderr).decode()


def places(history, type_):
    """Partition → the positions of the events of this type."""
    partitions = {n: history.partition("ideas", n) for n in range(history.stores["ideas"].partitions)}
    found = {n: [r.position for r in events if r.type == type_] for n, events in partitions.items()}
    return {n: positions for n, positions in found.items() if positions}


def counted(store, idea):
    """An idea's comments on the new board: by how many it is not known where they were written, and by how many."""
    query = sa.text(f"SELECT comments_of_unknown, comments_of_web FROM {NEW_TABLE} WHERE idea_id = :idea")
    with store.reading() as db:
        return tuple(db.execute(query, {"idea": idea}).one())


def commented_before(clients):
    """An idea with the tag, and comments of today's version."""
    text = {"title": "Före bytet", "what": "Det här sades före bytet.", "tags": [TAG]}
    idea = clients.command("POST", "/ideas", "karin", text)["idea_id"]
    for n in range(COMMENTS):
        clients.command("POST", f"/ideas/{idea}/comments", "maja", {"text": f"Bra {n}!"})
    return idea


def comments_shown(answer):
    """On the board."""
    return [card["comments"] for card in answer.json()["items"]]


@pytest.mark.timeout(300 + 2 * SECONDS)
def test_a_new_release_takes_over_while_people_go_on_and_nothing_is_lost_or_passed_by(
    cluster, released, history, clients, rollout, capsys
):
    people, readers, before = Steady(clients), Readers(clients), commented_before(clients)
    board = rollout.board
    until(lambda: comments_shown(board(rollout.old_url)) == [COMMENTS], WITHIN, lambda: board(rollout.old_url).text)
    with people.going_on(), readers.going_on():
        with rollout.asked(rollout.old_url) as of_old:
            rollout.new_release_migrates()
            rollout.old_ones_start_again()
            rollout.new_webs_come()
            with rollout.asked(rollout.new_url) as of_new:
                until(lambda: of_new, WITHIN, lambda: "nothing was answered")
                rollout.new_worker_builds_its_board()
                until(lambda: of_new[-1].is_success, WITHIN, lambda: of_new[-1].text)
            rollout.old_worker_stops_what_it_cannot_go_on_with()
            assert rollout.known_releases() == {OLD: None, NEW: RELEASE}
            rollout.new_workers_take_over_in_the_others()
            rollout.both_go_on()
        rollout.old_webs_end()
        rollout.old_workers_end()
    say(capsys, clients, readers, rollout)
    everything_holds(cluster, clients.acknowledged)

    assert [status for status, _ in itertools.groupby(answer.status_code for answer in of_new)] == [503, 200]
    assert {answer.status_code for answer in of_old} == {200}
    told = [answer for answer in (*of_old, *of_new) if answer.is_success]
    assert all(comments_shown(answer) == [COMMENTS] for answer in told)
    assert clients.unanswered == []
    assert all(is_cured_by_asking_again(refusal) for refusal in clients.refusals)
    assert all(readers.waited.values()), "a page was never read"
    stops = [stopped(rollout.old[f"{service} worker"]) for service in SERVICES]
    assert {reason for each in stops for reason in each.values()} == {"UnknownEventVersion: comment-added.v2"}
    assert places(history, "comment-added.v1")
    assert old_board_has_passed_by_none_of(places(history, "comment-added.v2"), rollout.ideas)
    assert counted(rollout.ideas, before) == (COMMENTS, 0)
    assert all(number > 0 for number in counted(rollout.ideas, people.shared_idea))
    assert all(carried_out_by(history.stores[service]) == {None, RELEASE} for service in ("ideas", "experiments"))
    is_refused_once_it_is_too_old(cluster, released)


def is_cured_by_asking_again(refusal):
    """Whether it says so, and is of a kind that is to be expected: of a command only that a newer release is needed."""
    slug = refusal.json()["type"].removeprefix("/problems/")
    expected = {"newer-release-needed"} | ({"not-there-yet"} if refusal.request.method == "GET" else set())
    return refusal.status_code == 503 and "Retry-After" in refusal.headers and slug in expected


def old_board_has_passed_by_none_of(positions, store):
    """Whether it stands before the first of them in each partition; there are some."""
    with store.reading() as db:
        reached = checkpoints(db, OLD_TABLE)
    return bool(positions) and all(reached[store.service, n].position < min(found) for n, found in positions.items())


def carried_out_by(store):
    """The releases that have carried out commands; None: one that did not say."""
    with store.reading() as db:
        return set(db.execute(sa.text("SELECT DISTINCT release FROM commands")).scalars())


def is_refused_once_it_is_too_old(cluster, released):
    """The old release, as soon as a later step needs what it does not know."""
    platform = cluster.platform
    with psycopg.connect(platform.servers.environment("ideas")["NYFIKEN_DATABASE"]) as db:
        db.execute("UPDATE meta SET value = '2' WHERE name = 'oldest'")
    worker = cluster.start("ideas worker")
    code, said = platform.tries("migrate", "ideas", of=released)
    assert (code, "run a newer release" in said) == (1, True), said
    until(lambda: not worker.lives, WITHIN, worker.said)
    assert worker.stop() == 2
    assert "at step 2, which releases before step 2 cannot work on" in worker.said()


def say(capsys, clients, readers, rollout):
    stops = {service: sorted(stopped(rollout.old[f"{service} worker"])) for service in SERVICES}
    took = ", ".join(f"{what}: {seconds:.1f} s" for what, seconds in rollout.took.items())
    refused = Counter(f"{refusal.request.method} {refusal.json()['type']}" for refusal in clients.refusals)
    read = {page: f"{len(waited)} times, at most {max(waited):.1f} s" for page, waited in readers.waited.items()}
    with capsys.disabled():
        print(f"\n{len(clients.acknowledged)} commands; {took}; refused: {dict(refused)}; read: {read}")
        print(f"stopped in the old: {stops}")
