"""What is remembered of streams is read on from where it was, and forgotten where there are too many."""

from functools import partial

import pytest

from chassis.disclosure import Memory
from chassis.store.sqlite import SqliteStore
from chassis.testing.store_suite import raised


@pytest.fixture
def store(tmp_path):
    store = SqliteStore(tmp_path / "s.sqlite", "suite", master_key=bytes(32))
    yield store
    store.close()


class Watched:
    """A store that notes after which versions it was asked."""

    def __init__(self, store):
        self._store = store
        self.asked = []

    def histories(self, known, fingerprint):
        self.asked.append(dict(known))
        return self._store.histories(known, fingerprint)


def noted(seen, total, happening, version):
    seen.append(version)
    return (total or 0) + happening.by


def test_of_many_streams_only_what_is_new_is_read_and_at_once(store):
    store.append(raised("counter-a", 0, 1, 2))
    store.append(raised("counter-b", 0, 10))
    seen, watched = [], Watched(store)
    memory = Memory(partial(noted, seen))
    assert memory.today(["counter-a", "counter-b", "counter-z"], watched) == {
        "counter-a": 3,
        "counter-b": 10,
        "counter-z": None,
    }
    store.append(raised("counter-a", 2, 4))
    assert memory.today(["counter-a", "counter-b"], watched) == {"counter-a": 7, "counter-b": 10}
    assert watched.asked[1] == {"counter-a": 2, "counter-b": 1}
    assert seen == [1, 2, 1, 3]


def test_those_asked_for_longest_ago_are_read_anew(store):
    for stream in ("counter-a", "counter-b", "counter-c"):
        store.append(raised(stream, 0, 1))
    watched = Watched(store)
    memory = Memory(partial(noted, []), most=2)
    for stream in ("counter-a", "counter-b", "counter-a", "counter-c", "counter-a", "counter-b"):
        assert memory.today([stream], watched) == {stream: 1}
    assert [known[stream] for known in watched.asked for stream in known] == [0, 0, 1, 0, 1, 0]
