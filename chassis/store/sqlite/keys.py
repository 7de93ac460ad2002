"""The tables of keys: made at first use, destroyed for ever."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Any

from cryptography.exceptions import InvalidTag

from chassis.errors import Refused
from chassis.keyring import KeyRing
from chassis.store.rewrapping import Counts, Queries, rewrap_some
from chassis.store.sealing import (
    KeyOf,
    decrypt,
    encrypt,
    new_key,
    seal,
    unseal,
    unwrap_person_key,
    whose_key,
    wrap_person_key,
)
from contracts.event import Json, Scope, Sealed


class Keys:
    """Seals and opens personal values with the keys in one database."""

    def __init__(self, master: bytes) -> None:
        self._master = KeyRing(master)

    def seal(self, db: sqlite3.Connection, happening: object, secrets: Json, stream: str, version: int) -> bytes:
        """Ciphertext of an event's personal values, under a new key of its own; Refused if the person is erased."""
        whose = whose_key(happening)
        place = f"{stream}@{version}"
        key = new_key()
        wrapped = encrypt(self._person_key(db, whose), key, place)
        row = (stream, version, whose.person, whose.scope, wrapped)
        db.execute("INSERT INTO event_keys (stream, version, person, scope, wrapped) VALUES (?, ?, ?, ?, ?)", row)
        return seal(key, secrets, place)

    def _person_key(self, db: sqlite3.Connection, whose: KeyOf) -> bytes:
        named = (whose.person, whose.scope)
        found = db.execute("SELECT wrapped FROM person_keys WHERE person = ? AND scope = ?", named).fetchone()
        if found is None:
            key = new_key()
            wrapped = wrap_person_key(self._master, key, whose)
            db.execute("INSERT INTO person_keys (person, scope, wrapped) VALUES (?, ?, ?)", (*named, wrapped))
            return key
        if found[0] is None:
            raise Refused("person-erased")
        return unwrap_person_key(self._master, found[0], whose)

    def open(self, db: sqlite3.Connection, sealed: Iterable[Sealed]) -> dict[Sealed, Any]:
        """The values behind these references; those whose key is gone are missing."""
        wanted = list(sealed)
        events = {place: self._open_event(db, *place) for place in {(s.stream, s.version) for s in wanted}}
        return {s: values[s.field] for s in wanted if s.field in (values := events[s.stream, s.version])}

    def _open_event(self, db: sqlite3.Connection, stream: str, version: int) -> Json:
        row = db.execute(_SEALED_WITH_KEYS, (stream, version)).fetchone()
        if row is None:
            return {}
        sealed, person, scope, event_key, person_key = row
        place = f"{stream}@{version}"
        unwrapped = unwrap_person_key(self._master, person_key, KeyOf(person, scope))
        try:
            return unseal(decrypt(unwrapped, event_key, place), sealed, place)
        except InvalidTag:  # the person was erased and registered anew under a restored database: unreadable for ever
            return {}

    def rewrap(self, db: sqlite3.Connection, after: KeyOf | None, counts: Counts) -> tuple[KeyOf | None, Counts]:
        """Of the next persons' keys, wrap those by the master key that another has wrapped: ``rewrap_some``."""
        return rewrap_some(db.execute, _REWRAPPING, self._master, after, counts)

    @staticmethod
    def erase(db: sqlite3.Connection, person: str, scopes: Iterable[Scope], now: int) -> None:
        """Destroy keys of a person, leaving tombstones, and the event keys that they wrapped."""
        for scope in scopes:
            db.execute(
                "INSERT INTO person_keys (person, scope, destroyed_at) VALUES (?, ?, ?) "
                "ON CONFLICT (person, scope) DO UPDATE SET wrapped = NULL, destroyed_at = excluded.destroyed_at "
                "WHERE wrapped IS NOT NULL",
                (person, scope, now),
            )
            db.execute("DELETE FROM event_keys WHERE person = ? AND scope = ?", (person, scope))

    @staticmethod
    def discard(db: sqlite3.Connection, streams: Iterable[str]) -> None:
        """Destroy the keys of every sealed event of these streams."""
        db.executemany("DELETE FROM event_keys WHERE stream = ?", [(stream,) for stream in streams])


_REWRAPPING = Queries(
    how_many="SELECT count(*) FROM person_keys WHERE wrapped IS NOT NULL",
    following="""
        SELECT person, scope, wrapped FROM person_keys
        WHERE (person, scope) > (?, ?) AND wrapped IS NOT NULL ORDER BY person, scope LIMIT ?
    """,
    change="UPDATE person_keys SET wrapped = ? WHERE person = ? AND scope = ? AND wrapped = ?",
)
_SEALED_WITH_KEYS = """
    SELECT events.sealed, k.person, k.scope, k.wrapped, p.wrapped
    FROM events
    JOIN event_keys AS k ON k.stream = events.stream AND k.version = events.version
    JOIN person_keys AS p ON p.person = k.person AND p.scope = k.scope AND p.wrapped IS NOT NULL
    WHERE events.stream = ? AND events.version = ? AND events.sealed IS NOT NULL
"""
