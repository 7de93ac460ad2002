"""An owner that was away may come back with another history: nothing of that is applied before it was compared."""

from chassis.processing.checkpoints import checkpoints
from chassis.processing.source import OwnStore, SourceGone
from chassis.service import Service
from chassis.testing.happenings import CounterRaised
from chassis.worker import Worker
from tests.chassis.meanwhile import running, until
from tests.chassis.processing.tallies import tally
from tests.chassis.processing.test_reactions import append
from tests.stores import sqlite_store


class Owner:
    """A source whose owner can be away, and be restored; ``asked``: how often in vain."""

    def __init__(self, store):
        self.service = store.service
        self.asked = 0
        self.store = store

    def __getattr__(self, name):
        def ask(*arguments):
            if self.store is None:
                self.asked += 1
                raise SourceGone("away")
            return getattr(OwnStore(self.store), name)(*arguments)

        return ask


def position(store):
    with store.reading() as db:
        return checkpoints(db, "tally_v1")["suite", 0].position


def test_an_owner_that_was_restored_and_is_further_already_is_noticed_before_anything_is_applied(tmp_path):
    files = (("before", "suite"), ("restored", "suite"), ("listener", "listener"))
    before, restored, listener = (sqlite_store(tmp_path / name, service)() for name, service in files)
    append(before, "counter-a", 0, CounterRaised(), CounterRaised())
    append(restored, "counter-a", 0, *[CounterRaised() for _ in range(5)])
    service = Service(name="listener", deciders=(), read_models=(tally(),), reactions=())
    owner = Owner(before)
    worker = Worker(service, listener, {"suite": owner}, "w1")
    worker.catch_up()
    with running(worker._readers["suite"]):
        owner.store = None
        until(lambda: owner.asked)
        owner.store = restored
        until(lambda: worker.stopped() or position(listener) != 2)
    told = "SourceRestored: suite/0:2 is not the event that was applied"
    assert (worker.stopped(), position(listener)) == ({"tally_v1": told}, 2)
    for store in (before, restored, listener):
        store.close()
