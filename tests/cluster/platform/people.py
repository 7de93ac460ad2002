"""Those who use the platform on the cluster while something is done to it, and the check at the end."""

from __future__ import annotations

from collections import Counter

from contracts.event import family_of
from nyfiken.layout import SERVICES
from tests.cluster.platform.deployed import answers, becomes_ready
from tests.faults.check import Platform
from tests.faults.stage import Stage
from tests.faults.steady import Steady
from tests.faults.workload import Clients, happened_in


class People(Steady):
    """Lives of ideas, one after the other, through the Services."""

    def __init__(self, deployed):
        self.history = Platform.of(deployed)
        self.platform = deployed
        self.clients = Clients(deployed)
        self.there_before = self._happened()
        super().__init__(self.clients)

    def _happened(self):
        """The name of an event without its version → how often it is recorded."""
        return Counter(family_of(recorded.type) for name in SERVICES for recorded in self.history.history(name))

    def everything_holds(self):
        """What was acknowledged is there once and nothing else is, what is derived is right; says how much it was."""
        self.history.catches_up(within=180.0)
        still = self.history.still()
        still.everything_holds(self.clients.acknowledged)
        still.has_happened({name: self.there_before[name] + n for name, n in happened_in(len(self.lived)).items()})
        still.each_failure_is_told_once(
            (one["test"], self.platform.person_id(who)) for one in self.lived for who in one["supporters"]
        )
        Stage.refusals_were_clear(self)
        for service in SERVICES:
            becomes_ready(f"{service}-web")
            assert answers(service)
        events = sum(len(still.history(name)) for name in SERVICES)
        return f"{len(self.clients.acknowledged)} commands acknowledged, each recorded once, of {events} events"

    def also(self, **events):
        """Somebody else has recorded so many of these; ``idea_submitted=1``."""
        self.there_before.update({name.replace("_", "-"): n for name, n in events.items()})

    def catch_up(self):
        self.history.catches_up(within=180.0)

    def known(self, service):
        """Partition → the events of a service, as far as others know them."""
        store = self.history.stores[service]
        return {
            n: [(r.position, r.id, r.recorded_at) for r in store.read(n, 0, 100_000)] for n in range(store.partitions)
        }

    def with_new_keys(self):
        """The keys have changed: log in again, and open the histories with them."""
        self.history.close()
        self.history = Platform.of(self.platform)
        self.clients._tokens.clear()

    def close(self):
        self.clients.close()
        self.history.close()
