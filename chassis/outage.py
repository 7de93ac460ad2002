"""What is away now, in the log: a line when that begins, another each minute and for another reason, and one when it is
over."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime

import structlog

log = structlog.get_logger("outage")
_AGAIN = 60.0
"""Seconds between two lines about the same."""


class Outage:
    """One thing that may be away; its lines are called ``store-unavailable`` and ``store-back``, say."""

    def __init__(self, unavailable: str, back: str, **about: str) -> None:
        self._unavailable, self._back, self._about = unavailable, back, about
        self._alone = threading.Lock()
        self._since: datetime | None = None
        self._told = 0.0
        self._reason = ""

    @property
    def reason(self) -> str:
        """Why it is away; nothing while it is not."""
        return self._reason

    def goes_on(self, reason: str) -> None:
        """It is away, for this reason."""
        with self._alone:
            now, before = time.monotonic(), self._reason
            self._reason, self._since = reason, self._since or datetime.now(UTC)
            if reason == before and now - self._told < _AGAIN:
                return
            self._told = now
            log.warning(self._unavailable, **self._about, reason=reason, since=_moment(self._since))

    def over(self) -> None:
        """It is there."""
        if self._since is None:  # as nearly always
            return
        with self._alone:
            since, self._since, self._reason = self._since, None, ""
            if since is not None:
                log.info(self._back, **self._about, since=_moment(since))


def _moment(when: datetime) -> str:
    return when.isoformat(timespec="seconds")
