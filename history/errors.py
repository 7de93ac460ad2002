"""What an analyst is told when something cannot be done; each is one line that says what, where, and what to do.

HistoryError
├── WrongFolder     the folder is not what its manifest says, or of another platform
├── NotUnderstood   an event that this release does not know
├── Interrupted     a fold that raised, and at which event
├── NotAsked        SQL that has an error, or that would do more than read
├── NotLoaded       a file that is no whole history, and in which line; or a platform that is not empty
└── NotTold         a service does not answer, or does not tell a history to this token
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chassis.recorded import Recorded


class HistoryError(Exception):
    """Something an analyst can do something about."""


class WrongFolder(HistoryError):
    """The folder is not what its manifest says, or its history is not this one."""


class NotUnderstood(HistoryError):
    """An event is of a type or version that this release does not know."""


class NotTold(HistoryError):
    """A service does not answer, or not to this caller."""


class NotAsked(HistoryError):
    """SQL with an error, or that does something else than to read."""


class NotLoaded(HistoryError):
    """A file is not a history that can be loaded here."""


class Interrupted(HistoryError):
    """A fold raised something."""

    def __init__(self, recorded: Recorded, error: Exception) -> None:
        super().__init__(f"{recorded.at}: {recorded.type}: the fold raised {type(error).__name__}: {error}")
        self.recorded = recorded
