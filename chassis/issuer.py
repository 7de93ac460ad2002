"""Who else issues tokens: an issuer of the organisation, whose public keys are at a JWKS URL."""

from __future__ import annotations

import threading
from typing import Any

import jwt

from chassis.errors import Unavailable
from chassis.logs import without_login
from chassis.outage import Outage

_LIFESPAN = 300
"""Seconds that keys are remembered."""
_TIMEOUT = 3
"""Seconds in which it must answer."""
_PAUSE = 2.0


class Issuer:
    """Its name in ``iss``, where its public keys are, whom its tokens are meant for."""

    def __init__(self, url: str, name: str, audience: str | None = None) -> None:
        self.name = name
        self.audience = audience
        self._place = without_login(url)
        self._keys = _Keys(url, lifespan=_LIFESPAN, timeout=_TIMEOUT)
        self._away = Outage("issuer-unavailable", "issuer-back")
        self._is_known = False

    @property
    def unknown(self) -> str:
        """Why its keys have never been had in this process; nothing once they were."""
        return "" if self._is_known else f"the keys of {self.name} are not there yet: {self._away.reason}"

    def key_of(self, token: str) -> jwt.PyJWK:
        """The public key that a token names. Unavailable if the issuer does not tell its keys, else PyJWT's errors."""
        try:
            found = self._keys.get_signing_key_from_jwt(token)
        except jwt.PyJWKClientConnectionError as error:
            unavailable = self._unavailable(error)
            self._away.goes_on(unavailable.told)
            raise unavailable from None
        self._told()
        return found

    def ask(self) -> int:
        """How many keys it has. Unavailable if it does not tell them."""
        try:
            return len(self._keys.get_signing_keys())
        except jwt.PyJWKClientError as error:
            raise self._unavailable(error) from None

    def begin(self) -> None:
        """Have its keys as soon as it tells them, in a thread of its own."""
        threading.Thread(target=self._begin, name="issuer", daemon=True).start()

    def _begin(self) -> None:
        pause = threading.Event()
        while not self._is_known:
            try:
                self.ask()
                self._told()
            except Unavailable as error:
                self._away.goes_on(error.told)
                pause.wait(_PAUSE)

    def _told(self) -> None:
        self._is_known = True
        self._away.over()

    def _unavailable(self, error: Exception) -> Unavailable:
        told = f"{self._place}: {' '.join(str(error).split())[:200]}; is NYFIKEN_JWKS_URL right?"
        return Unavailable("issuer-unavailable", retry_after=5, told=told)


class _Keys(jwt.PyJWKClient):
    """What is no set of keys is an issuer that does not work, and not a token that is wrong."""

    def fetch_data(self) -> Any:
        try:
            return super().fetch_data()
        except (ValueError, jwt.PyJWKSetError, jwt.PyJWKClientError) as error:
            if isinstance(error, jwt.PyJWKClientConnectionError):
                raise
            raise jwt.PyJWKClientConnectionError("it answers something else than keys") from error
