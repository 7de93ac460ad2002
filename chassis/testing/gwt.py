"""Rules as given/when/then, without a store.

::

    given(IDEA, submitted()).when(partial(support, SupportIdea(by=karin, …))).then(IdeaSupported(…))
    given(IDEA, submitted()).when(partial(support, SupportIdea(by=author, …))).then_refused("own-idea")
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from chassis.decider import Decider
from chassis.errors import Refusal

S = TypeVar("S")
Decide = Callable[[Any], Sequence[object]]


class Given(Generic[S]):
    """An aggregate to which these events have happened."""

    def __init__(self, decider: Decider[S], events: Sequence[object]) -> None:
        self.decider = decider
        self.events = events

    @property
    def state(self) -> S | None:
        """What the events have made of it."""
        return self.decider.fold(self.events)

    def when(self, decide: Decide) -> When[S]:
        """Take a decision: anything that turns the state into events."""
        return When(self, decide)


class When(Generic[S]):
    """A decision taken, and what may be said of its outcome."""

    def __init__(self, given: Given[S], decide: Decide) -> None:
        self._given = given
        self.refusal: Refusal | None = None
        self.events: Sequence[object] = ()
        try:
            self.events = tuple(decide(given.state))
        except Refusal as refusal:
            self.refusal = refusal

    def then(self, *expected: object) -> Given[S]:
        """Exactly these events; gives the aggregate after them, for the next ``when``."""
        self._accept()
        assert self.events == expected, f"expected {expected}, got {self.events}"
        return self.and_then()

    def then_nothing(self) -> Given[S]:
        """It is already so: no event, no refusal."""
        return self.then()

    def then_refused(self, slug: str, *, field: str | None = None) -> Refusal:
        """Refused with this slug (and naming this field), whatever the kind of refusal."""
        assert self.refusal is not None, f"not refused, but {self.events}"
        assert self.refusal.slug == slug, f"refused with {self.refusal.slug}"
        assert field is None or self.refusal.field == field, f"names {self.refusal.field}"
        return self.refusal

    def and_then(self) -> Given[S]:
        """The aggregate after whatever came of it."""
        self._accept()
        return Given(self._given.decider, (*self._given.events, *self.events))

    def _accept(self) -> None:
        if self.refusal is not None:
            raise AssertionError(f"refused with {self.refusal}") from self.refusal


def given(decider: Decider[S], *events: object) -> Given[S]:
    """An aggregate to which these events have happened, oldest first."""
    return Given(decider, events)
