"""What is found of one thing that a service needs."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was found of one thing, in one line."""

    of: str
    told: str
    state: str = "right"
    """Or ``wrong``, or ``elsewhere``: what another process needs, and this environment is not of."""

    @property
    def wrong(self) -> bool:
        """Whether somebody has to do something."""
        return self.state == "wrong"


class Wrong(Exception):
    """What is wrong, and what to do."""


class Elsewhere(Exception):
    """Why a thing is not looked at."""
