"""The tables of keys: made at first use, destroyed for ever."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidTag

from chassis.errors import Refused
from chassis.keyring import KeyRing
from chassis.store.encoding import Encoded
from chassis.store.postgres.connections import Raw
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


class SealedValues(NamedTuple):
    """An event's personal values as they are kept: whose they are, their key as it is kept, and they themselves."""

    whose: KeyOf
    wrapped: bytes
    sealed: bytes


class Keys:
    """Seals and opens personal values with the keys in one database."""

    def __init__(self, master: bytes) -> None:
        self._master = KeyRing(master)

    def seal(self, db: Raw, event: Encoded, stream: str, version: int) -> SealedValues:
        """An event's personal values under a new key of its own; Refused if the person is erased.

        Its append must see to it that the person's key is still there.
        """
        whose = whose_key(event.new.event)
        place = f"{stream}@{version}"
        key = new_key()
        return SealedValues(whose, encrypt(self._person_key(db, whose), key, place), seal(key, event.secrets, place))

    def _person_key(self, db: Raw, whose: KeyOf) -> bytes:
        found = self._find(db, whose) or self._make(db, whose)
        if found[0] is None:
            raise Refused("person-erased")
        return unwrap_person_key(self._master, found[0], whose)

    def _make(self, db: Raw, whose: KeyOf) -> tuple[Any, ...]:
        """A new key, unless somebody else makes one at this moment: then that one."""
        wrapped = wrap_person_key(self._master, new_key(), whose)
        query = "INSERT INTO person_keys (person, scope, wrapped) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING"
        db.execute(query, (whose.person, whose.scope, wrapped))
        found = self._find(db, whose)
        assert found is not None, "rows of persons' keys are never deleted"  # noqa: S101 - for the type checker
        return found

    @staticmethod
    def _find(db: Raw, whose: KeyOf) -> tuple[Any, ...] | None:
        query = "SELECT wrapped FROM person_keys WHERE person = %s AND scope = %s"
        return db.execute(query, (whose.person, whose.scope)).fetchone()

    def open(self, db: Raw, sealed: Iterable[Sealed]) -> dict[Sealed, Any]:
        """The values behind these references; those whose key is gone are missing."""
        wanted = list(sealed)
        places = {(s.stream, s.version) for s in wanted}
        found = db.execute(_SEALED_WITH_KEYS, ([stream for stream, _ in places], [version for _, version in places]))
        events = {(row[0], row[1]): self._unsealed(*row) for row in found}
        return {s: values[s.field] for s in wanted if s.field in (values := events.get((s.stream, s.version), {}))}

    def _unsealed(
        self, stream: str, version: int, sealed: bytes, person: str, scope: Scope, event_key: bytes, person_key: bytes
    ) -> Json:
        place = f"{stream}@{version}"
        unwrapped = unwrap_person_key(self._master, person_key, KeyOf(person, scope))
        try:
            return unseal(decrypt(unwrapped, event_key, place), sealed, place)
        except InvalidTag:  # the person was erased and registered anew under a restored database: unreadable for ever
            return {}

    def rewrap(self, db: Raw, after: KeyOf | None, counts: Counts) -> tuple[KeyOf | None, Counts]:
        """Of the next persons' keys, wrap those by the master key that another has wrapped: ``rewrap_some``."""
        return rewrap_some(db.execute, _REWRAPPING, self._master, after, counts)

    @staticmethod
    def erase(db: Raw, person: str, scopes: Iterable[Scope]) -> None:
        """Destroy keys of a person, leaving tombstones, and the event keys that they wrapped."""
        for scope in sorted(scopes):
            db.execute(
                "INSERT INTO person_keys AS k (person, scope, destroyed_at) VALUES (%s, %s, clock_timestamp()) "
                "ON CONFLICT (person, scope) DO UPDATE SET wrapped = NULL, destroyed_at = excluded.destroyed_at "
                "WHERE k.wrapped IS NOT NULL",
                (person, scope),
            )
            db.execute("DELETE FROM event_keys WHERE person = %s AND scope = %s", (person, scope))

    @staticmethod
    def discard(db: Raw, streams: Iterable[str]) -> None:
        """Destroy the keys of every sealed event of these streams."""
        db.execute("DELETE FROM event_keys WHERE stream = ANY(%s)", (list(streams),))


_REWRAPPING = Queries(
    how_many="SELECT count(*) FROM person_keys WHERE wrapped IS NOT NULL",
    following="""
        SELECT person, scope, wrapped FROM person_keys
        WHERE (person, scope) > (%s, %s) AND wrapped IS NOT NULL ORDER BY person, scope LIMIT %s
    """,
    change="UPDATE person_keys SET wrapped = %s WHERE person = %s AND scope = %s AND wrapped = %s",
)
_SEALED_WITH_KEYS = """
    SELECT events.stream, events.version, events.sealed, k.person, k.scope, k.wrapped, p.wrapped
    FROM unnest(%s::text[], %s::bigint[]) AS wanted (stream, version)
    JOIN events ON events.stream = wanted.stream AND events.version = wanted.version AND events.sealed IS NOT NULL
    JOIN event_keys AS k ON k.stream = events.stream AND k.version = events.version
    JOIN person_keys AS p ON p.person = k.person AND p.scope = k.scope AND p.wrapped IS NOT NULL
"""
