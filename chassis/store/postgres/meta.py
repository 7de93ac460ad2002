"""Whether a database is the one that a service is to work on: whose it is, its tables, its promises."""

from __future__ import annotations

import dataclasses
import hashlib
import hmac

import psycopg

from chassis.keyring import KeyRing
from chassis.store.postgres.connections import Raw
from chassis.store.protocol import WrongStore

SCHEMA = 1
"""The last step of ``migrations`` that this release knows."""
_LEAST_VERSION = 150000
_UNSAFE = ("fsync", "synchronous_commit", "full_page_writes")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Meta:
    """What was fixed when the database was created."""

    partitions: int


def read_meta(db: Raw, service: str, master_key: bytes) -> Meta:
    """What this database is; WrongStore if this service must not work on it."""
    _must_keep_what_it_commits(db)
    kept = _kept(db, service)
    _must_fit(int(kept["schema"]), int(kept["oldest"]), service)
    if kept["service"] != service:
        raise WrongStore(f"the database is that of {kept['service']}, not of {service}; is its address right?")
    if kept["master"] not in map(mark_of, KeyRing(master_key).every):
        raise WrongStore(
            f"the database of {service} was made with another master key; put back the keys it was made with"
        )
    return Meta(partitions=int(kept["partitions"]))


def must_not_be_too_new(schema: int, oldest: int, service: str) -> None:
    """WrongStore if what a newer release has made of the database is nothing that this one can work on."""
    if oldest > SCHEMA:
        raise WrongStore(
            f"the database of {service} is at step {schema}, which releases before step {oldest} cannot work on; "
            f"this one knows {SCHEMA}: run a newer release"
        )


def mark_of(master_key: bytes) -> str:
    """What tells one master key from another and says nothing about either."""
    return hmac.new(master_key, b"nyfiken/master", hashlib.sha256).hexdigest()[:32]


def _kept(db: Raw, service: str) -> dict[str, str]:
    try:
        kept: dict[str, str] = dict(db.execute("SELECT name, value FROM meta").fetchall())
    except psycopg.errors.UndefinedTable:
        raise WrongStore(f"the database of {service} is empty; run: nyfiken migrate") from None
    return kept


def _must_fit(schema: int, oldest: int, service: str) -> None:
    if schema < SCHEMA:
        raise WrongStore(f"the database of {service} is at step {schema}, {SCHEMA} is needed; run: nyfiken migrate")
    must_not_be_too_new(schema, oldest, service)


def _must_keep_what_it_commits(db: Raw) -> None:
    settings = ", ".join(f"current_setting('{name}')" for name in ("server_version_num", *_UNSAFE))
    ((version, *found),) = db.execute(f"SELECT {settings}")
    if int(version) < _LEAST_VERSION:
        raise WrongStore(f"the database is PostgreSQL {int(version) // 10_000}; 15 or newer is needed")
    if off := [name for name, value in zip(_UNSAFE, found, strict=True) if value == "off"]:
        raise WrongStore(f"the database may lose what it has committed: {', '.join(off)} = off; turn it on")
