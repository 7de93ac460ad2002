"""Which events move an idea, and to what state: the same for every read model that shows it."""

from __future__ import annotations

from contracts.ideas import (
    IdeaDeclined,
    IdeaHandedOver,
    IdeaPutOnHold,
    IdeaPutToTest,
    IdeaRealised,
    IdeaReopened,
    IdeaSelected,
    IdeaState,
    IdeaSubmitted,
    IdeaTestDecided,
    IdeaTestReopened,
    IdeaWithdrawn,
    ReviewStarted,
)

_TO: dict[type, IdeaState] = {
    IdeaSubmitted: "submitted",
    ReviewStarted: "in_review",
    IdeaHandedOver: "submitted",
    IdeaPutOnHold: "on_hold",
    IdeaSelected: "selected",
    IdeaDeclined: "declined",
    IdeaRealised: "realised",
    IdeaWithdrawn: "withdrawn",
}
MOVES: tuple[type, ...] = (*_TO, IdeaReopened, IdeaPutToTest, IdeaTestDecided, IdeaTestReopened)
"""Every event that may leave a submitted idea in another state; the last four say in which."""


def state_after(happening: object) -> IdeaState | None:
    """The state that an event leaves the idea in; None: as it was."""
    match happening:
        case IdeaReopened() | IdeaPutToTest() | IdeaTestDecided() | IdeaTestReopened():
            return happening.leads_to
        case _:
            return _TO.get(type(happening))
