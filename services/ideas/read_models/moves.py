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
_SAID_BY = (IdeaReopened, IdeaPutToTest, IdeaTestDecided, IdeaTestReopened)
"""Those that say themselves in which."""
MOVES: tuple[type, ...] = (*_TO, *_SAID_BY)
"""Every event that may leave a submitted idea in another state."""


def state_after(happening: object) -> IdeaState | None:
    """The state that an event leaves the idea in; None: as it was."""
    return happening.leads_to if isinstance(happening, _SAID_BY) else _TO.get(type(happening))
