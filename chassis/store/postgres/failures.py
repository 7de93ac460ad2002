"""What PostgreSQL says when it cannot, as Unavailable: nothing was acknowledged, and it is worth trying again.

The codes are those of PostgreSQL's manual, appendix A.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import sqlalchemy as sa

from chassis.errors import Unavailable

_CLASSES = {
    "08": "the connection to the database was lost",
    "53": "the database lacks resources",
    "57": "the database is stopping or starting",
    "58": "the database's machine reports errors",
    "XX": "the database reports that it is damaged",
}
_CODES = {
    "25006": "the database is read-only",
    "25P03": "a transaction was left idle for too long",
    "40001": "others were in the way",
    "40P01": "others were in the way",
    "53100": "the disk is full",
    "53300": "the database has too many connections",
    "55P03": "a lock was not to be had in time",
    "57014": "a statement took too long",
}
_GONE = "the database does not answer"
OTHERS_IN_THE_WAY = ("40001", "40P01")
"""A serialisation failure and a deadlock: nothing was done, and the same may succeed at once."""


@contextmanager
def told(place: str) -> Iterator[None]:
    """Raise Unavailable for what lies with the database there or the way to it, and everything else as it is."""
    try:
        yield
    except (psycopg.Error, sa.exc.DBAPIError) as error:
        cause = error.orig if isinstance(error, sa.exc.DBAPIError) else error
        if reason := _reason(cause):
            told = f"{place}: {said(cause) if isinstance(cause, psycopg.Error) else reason}"
            raise Unavailable("store-unavailable", reason=reason, told=told) from error
        raise


def said(error: psycopg.Error) -> str:
    """What the server or the way to it said, in one line."""
    first, *_ = (error.diag.message_primary or str(error) or type(error).__name__).splitlines()
    return first.rpartition(" failed: ")[2].removeprefix("FATAL:").strip()  # before that it says where


def sqlstate_of(error: BaseException | None) -> str | None:
    """The code of what the server said, however it is wrapped; None if it said nothing."""
    cause = error.orig if isinstance(error, sa.exc.DBAPIError) else error
    return cause.sqlstate if isinstance(cause, psycopg.Error) else None


def _reason(cause: BaseException | None) -> str | None:
    code = sqlstate_of(cause)
    if code is None:
        return _GONE if isinstance(cause, psycopg.OperationalError) else None
    return _CODES.get(code) or _CLASSES.get(code[:2])
