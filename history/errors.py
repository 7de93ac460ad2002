"""What an analyst is told when something cannot be done; each is one line that says what, where, and what to do.

HistoryError
├── WrongFolder     the folder is not what its manifest says, or of another platform
├── NotUnderstood   an event that this release does not know
└── NotTold         a service does not answer, or does not tell a history to this token
"""

from __future__ import annotations


class HistoryError(Exception):
    """Something an analyst can do something about."""


class WrongFolder(HistoryError):
    """The folder is not what its manifest says, or its history is not this one."""


class NotUnderstood(HistoryError):
    """An event is of a type or version that this release does not know."""


class NotTold(HistoryError):
    """A service does not answer, or not to this caller."""
