"""Sealing: personal values encrypted under a key per event, wrapped by the person's key, wrapped by the master key.

AES-256-GCM throughout (NIST SP 800-38D), a fresh 96-bit nonce before each ciphertext. Destroying an event's key makes
one event's values unreadable, destroying a person's key all of that person's, whatever copies of the ciphertext remain.
"""

from __future__ import annotations

import dataclasses
import os
from contextlib import suppress
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chassis.keyring import KeyRing
from contracts.event import Json, Scope, personal_fields

_NONCE = 12
KEY_BYTES = 32


class WrongMasterKey(Exception):
    """The master key from the settings is not the one that wrapped these keys."""


@dataclasses.dataclass(frozen=True, slots=True)
class KeyOf:
    """Whose key seals something: a person, and which of that person's two keys."""

    person: str
    scope: Scope


def new_key() -> bytes:
    """A random 256-bit key."""
    return os.urandom(KEY_BYTES)


def encrypt(key: bytes, plain: bytes, bound_to: str) -> bytes:
    """Nonce and ciphertext; ``bound_to`` must be given again to decrypt, so that it cannot be moved elsewhere."""
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, plain, bound_to.encode())


def decrypt(key: bytes, sealed: bytes, bound_to: str) -> bytes:
    """What ``encrypt`` was given; InvalidTag if key, place or bytes are not the same."""
    return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], bound_to.encode())


def seal(key: bytes, secrets: Json, place: str) -> bytes:
    """Personal values (field → value) as ciphertext."""
    return encrypt(key, orjson.dumps(secrets), place)


def unseal(key: bytes, sealed: bytes, place: str) -> Json:
    """The personal values that ``seal`` was given."""
    values: Json = orjson.loads(decrypt(key, sealed, place))
    return values


def unwrap_person_key(master: KeyRing, wrapped: bytes, whose: KeyOf) -> bytes:
    """A person's key; WrongMasterKey if none of these master keys wrapped it."""
    for each in master.every:
        with suppress(InvalidTag):
            return decrypt(each, wrapped, f"{whose.person}/{whose.scope}")
    raise WrongMasterKey("the master key is not the one these keys were wrapped with")


def rewrapped(master: KeyRing, wrapped: bytes, whose: KeyOf) -> bytes | None:
    """A person's key wrapped by the first of these master keys; None if it is. Raises WrongMasterKey."""
    with suppress(WrongMasterKey):
        unwrap_person_key(KeyRing(bytes(master)), wrapped, whose)
        return None
    return wrap_person_key(master, unwrap_person_key(master, wrapped, whose), whose)


def wrap_person_key(master: bytes, key: bytes, whose: KeyOf) -> bytes:
    """A person's key as it is kept."""
    return encrypt(master, key, f"{whose.person}/{whose.scope}")


def whose_key(happening: object) -> KeyOf:
    """Whose key seals an event's personal values; ValueError if it names nobody."""
    paths, scope = next(iter(personal_fields(type(happening)).values()))
    for path in paths:
        person = _follow(happening, path)
        if isinstance(person, str):
            return KeyOf(person, scope)
    raise ValueError(f"{type(happening).__name__} has personal values but names nobody in {' or '.join(paths)}")


def _follow(value: Any, path: str) -> object:
    for name in path.split("."):
        value = getattr(value, name, None)
    return value
