"""The rules of this service on a real store, fed event by event: every order in which histories can arrive."""

from chassis.processing.processor import ReactionProcessor, apply
from chassis.processing.tables import create_tables
from chassis.store.sqlite import SqliteStore
from contracts.notifications import NotificationRaised
from services.notifications.reactions import REACTIONS

OWN = "notifications"
STEPS = [(reaction.name, source) for reaction in REACTIONS for source in reaction.sources]
"""What can come next: this rule hears of the next event of that source."""


class Arrivals:
    """How far each rule is in each history, and what has come of it."""

    def __init__(self, folder, history):
        self.store = SqliteStore(folder / "notifications.sqlite", OWN, master_key=bytes(32))
        self._told = {name: [r for r in history.events if r.service == name] for name in ("ideas", "experiments")}
        self._rules = {reaction.name: ReactionProcessor(reaction) for reaction in REACTIONS}
        self._heard = dict.fromkeys(STEPS, 0)
        with self.store.transaction() as transaction:
            create_tables(transaction.connection)
            for rule in self._rules.values():
                rule.prepare(transaction.connection)

    def step(self, rule, source):
        """Let one rule hear of the next event of one history; whether there was one."""
        position = self._heard[rule, source]
        events = self.store.read(0, position, 1) if source == OWN else self._told[source][position : position + 1]
        self._heard[rule, source] += len(events)
        for recorded in events:
            self._tell(self._rules[rule], recorded)
        return bool(events)

    def drain(self):
        """Let all rules hear of everything that is left."""
        while any(self.step(*step) for step in STEPS):
            pass
        return self

    def again(self):
        """Deliver everything to the rules once more that follow from the events alone."""
        for recorded in [r for told in self._told.values() for r in told]:
            self._tell(self._rules["follow-by-themselves"], recorded)
        return self

    def raised(self):
        """Every notification, in no particular order."""
        events = self.store.read(0, 0, 100_000)
        return [r.event for r in events if isinstance(r.event, NotificationRaised)]

    def told(self):
        """(who, as what, of which event), sorted."""
        return sorted((n.recipient, n.rule, n.cause.event_type.removesuffix(".v1")) for n in self.raised())

    def close(self):
        self.store.close()

    def _tell(self, rule, recorded):
        if rule.concerns(recorded):
            with self.store.transaction() as transaction:
                apply(transaction, {rule: [recorded]})
