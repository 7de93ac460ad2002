"""Every way to say no, and the HTTP status each is answered with.

::

    Refusal
    ├── Malformed        400  the request itself cannot be read; names the header, parameter or body
    ├── Invalid          422  a value is not possible; names the field
    ├── Unauthenticated  401  no token, or not one of ours
    ├── NotAllowed       403  this caller may not
    ├── NotFound         404  there is no such thing, or not for this caller
    ├── Refused          409  a rule of the domain says no
    ├── Conflict         409  somebody else was faster, again and again
    ├── Stale            412  If-Match names another version
    ├── VersionNeeded    428  If-Match is missing where it must be
    └── Unavailable      503  not now; says when to try again

A refusal has a slug, stable for ever: the problem type a client sees and a test asserts. Its text, in Swedish and
English, stands in a ``problems.toml`` beside the code; ``details`` fill the places in it and never hold anything
about a person.
"""

from __future__ import annotations

from typing import ClassVar


class Refusal(Exception):
    """Something was not done, and nothing was changed."""

    status: ClassVar[int] = 500

    def __init__(self, slug: str, /, *, field: str | None = None, **details: object) -> None:
        super().__init__(slug)
        self.slug = slug
        self.field = field
        self.details = details

    def __str__(self) -> str:
        return f"{self.slug} ({self.field})" if self.field else self.slug


class Malformed(Refusal):
    """The request itself cannot be read."""

    status = 400


class Invalid(Refusal):
    """A value is not possible. ``field`` names one, or ``fields`` lists all: path → messages."""

    status = 422


class Unauthenticated(Refusal):
    """The caller is not known."""

    status = 401


class NotAllowed(Refusal):
    """The caller is known and may not do this."""

    status = 403


class NotFound(Refusal):
    """There is no such thing, or the caller may not know of it."""

    status = 404


class Refused(Refusal):
    """A rule of the domain says no to this command in this state."""

    status = 409


class Conflict(Refusal):
    """Other commands changed the same streams each time this one was tried."""

    status = 409


class Stale(Refusal):
    """What the caller saw is no longer what is there."""

    status = 412


class VersionNeeded(Refusal):
    """The caller must say which version was seen."""

    status = 428


class Unavailable(Refusal):
    """Cannot be done now; ``retry_after`` is in seconds.

    ``told`` says where what is, and what it said, for whoever runs this: it is logged, and no caller sees it.
    """

    status = 503

    def __init__(
        self, slug: str, /, *, retry_after: int = 1, field: str | None = None, told: str = "", **details: object
    ) -> None:
        super().__init__(slug, field=field, **details)
        self.retry_after = retry_after
        self.told = told or str(details.get("reason", slug))
