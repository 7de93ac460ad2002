"""Bearer tokens: signed by the platform's own key, or by an issuer of the organisation whose keys are at a JWKS URL.

A token says ``sub``, ``iss``, ``exp``, ``roles`` (``["employee", "decider@vof"]``), ``unit`` and ``name``. It is the
only source of who somebody is. A person becomes an opaque id, HMAC-SHA256 of issuer and subject under the platform's
secret, so that a ``sub`` that is an e-mail address is kept nowhere; a machine (role ``service``) keeps its name.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Any

import jwt

from chassis.command import Caller
from chassis.errors import Unauthenticated
from chassis.issuer import Issuer
from chassis.keyring import KeyRing

ISSUER = "nyfiken"
VALID_FOR = timedelta(hours=12)
_REQUIRED = ["exp", "sub", "iss"]
_LEEWAY = 10
"""Seconds by which clocks may differ."""
_REMEMBERED, _MOST_REMEMBERED = 30.0, 1_000
"""Seconds that a token is remembered, and how many are."""
_ROLE = re.compile(r"\A([a-z][a-z-]{0,39})(?:@([a-z0-9][a-z0-9-]{0,39}))?\Z")
_UNIT = re.compile(r"\A[a-z0-9][a-z0-9-]{0,39}\Z")
_MACHINE = re.compile(r"\A[a-z][a-z0-9_-]{3,63}\Z")


class Tokens:
    """Tells who a token belongs to. ``key`` signs the platform's own tokens, ``secret`` makes opaque ids.

    While another key takes its place, what either has signed is good.
    """

    def __init__(self, key: bytes, secret: bytes, elsewhere: Issuer | None = None) -> None:
        self._key = KeyRing(key)
        self._secret = secret
        self._elsewhere = elsewhere
        self._recent: dict[str, tuple[Caller, float]] = {}
        self._remembering = Lock()

    @property
    def issuer(self) -> Issuer | None:
        """Who else signs tokens, if anybody does."""
        return self._elsewhere

    def caller(self, token: str) -> Caller:
        """Who it is; Unauthenticated for a token that is not valid now or not one of ours.

        What was found is remembered for half a minute, and never longer than the token is valid.
        """
        known, until = self._recent.get(token, (None, 0.0))
        if known is not None and time.time() < until:
            return known
        try:
            claims = self._verified(token)
        except jwt.ExpiredSignatureError:
            raise Unauthenticated("token-expired") from None
        except (jwt.PyJWTError, ValueError, TypeError):
            raise Unauthenticated("token-not-valid") from None
        found = self._caller(claims)
        self._remember(token, found, min(time.time() + _REMEMBERED, float(claims["exp"])))
        return found

    def sign(
        self,
        sub: str,
        roles: Iterable[str],
        *,
        unit: str | None = None,
        name: str | None = None,
        email: str | None = None,
        valid_for: timedelta = VALID_FOR,
    ) -> str:
        """A token of the platform's own."""
        now = datetime.now(UTC)
        claims: dict[str, Any] = {"iss": ISSUER, "sub": sub, "iat": now, "exp": now + valid_for, "roles": list(roles)}
        extra = {"unit": unit, "name": name, "email": email}
        claims |= {claim: value for claim, value in extra.items() if value is not None}
        return jwt.encode(claims, bytes(self._key), algorithm="HS256")

    def person_id(self, sub: str, issuer: str = ISSUER) -> str:
        """The opaque id of a person: 32 hexadecimal digits."""
        return self.keyed_hash("person", issuer, sub)[:32]

    def keyed_hash(self, *parts: str | bytes) -> str:
        """A hash of these parts that nobody without the secret can make or try out."""
        digest = hmac.new(self._secret, digestmod=hashlib.sha256)
        for part in parts:
            raw = part.encode() if isinstance(part, str) else part
            digest.update(len(raw).to_bytes(8, "big") + raw)
        return digest.hexdigest()

    def _remember(self, token: str, found: Caller, until: float) -> None:
        with self._remembering:
            while len(self._recent) >= _MOST_REMEMBERED:
                del self._recent[next(iter(self._recent))]
            self._recent[token] = (found, until)

    def _verified(self, token: str) -> Mapping[str, Any]:
        """The claims. Which key may have signed follows from the algorithm, and each key takes its own only."""
        algorithm = jwt.get_unverified_header(token).get("alg")
        if algorithm == "HS256":
            return self._verified_here(token)
        if self._elsewhere is None or algorithm not in ("RS256", "ES256"):
            raise jwt.InvalidAlgorithmError(algorithm)
        return self._verified_elsewhere(token, self._elsewhere, algorithm)

    def _verified_here(self, token: str) -> Mapping[str, Any]:
        *others, last = self._key.every
        for key in others:
            with suppress(jwt.InvalidSignatureError):
                return _decoded(token, key)
        return _decoded(token, last)

    @staticmethod
    def _verified_elsewhere(token: str, issuer: Issuer, algorithm: str) -> Mapping[str, Any]:
        claims: dict[str, Any] = jwt.decode(
            token,
            issuer.key_of(token),
            algorithms=[algorithm],
            issuer=issuer.name,
            audience=issuer.audience,
            leeway=_LEEWAY,
            options={"require": _REQUIRED, "verify_aud": issuer.audience is not None},
        )
        return {**claims, "roles": [role for role in _listed(claims.get("roles")) if _is_ours(role)]}

    def _caller(self, claims: Mapping[str, Any]) -> Caller:
        roles = _roles(claims.get("roles", []))
        sub, unit, name = claims["sub"], claims.get("unit"), claims.get("name")
        if not sub or not (unit is None or _matches(_UNIT, unit)) or not (name is None or isinstance(name, str)):
            raise Unauthenticated("token-not-valid")
        if "service" in roles:
            if not _matches(_MACHINE, sub):
                raise Unauthenticated("token-not-valid")
            return Caller(person_id=sub, roles=roles, unit=unit)
        return Caller(person_id=self.person_id(sub, claims["iss"]), roles=roles, unit=unit, name=name)


def _decoded(token: str, key: bytes) -> Mapping[str, Any]:
    claims: Mapping[str, Any] = jwt.decode(
        token, key, algorithms=["HS256"], issuer=ISSUER, leeway=_LEEWAY, options={"require": _REQUIRED}
    )
    return claims


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _is_ours(role: object) -> bool:
    """Whether a role that another issuer gives counts here.

    They have roles for other systems too, and only the platform itself says who is one of its machines.
    """
    return _matches(_ROLE, role) and str(role).partition("@")[0] != "service"


def _roles(claimed: object) -> dict[str, frozenset[str] | None]:
    """Role → the units it covers, None for all; Unauthenticated for what is not a list of roles."""
    if not isinstance(claimed, list):
        raise Unauthenticated("token-not-valid")
    roles: dict[str, frozenset[str] | None] = {}
    for one in claimed:
        found = _ROLE.match(one) if isinstance(one, str) else None
        if found is None:
            raise Unauthenticated("token-not-valid")
        role, unit = found.groups()
        before = roles.get(role, frozenset())
        roles[role] = None if unit is None or before is None else before | {unit}
    return roles


def _matches(pattern: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and pattern.match(value) is not None
