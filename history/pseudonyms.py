"""Who it was, as a folder tells it: always the same within one folder, and another in every other.

So what somebody does can be followed where it may be, and two folders that were shared cannot be joined by people.
"""

from __future__ import annotations

import hashlib
import hmac
from functools import lru_cache

from chassis.disclosure import HIDDEN, retold
from chassis.recorded import Recorded
from contracts.named import people_in

KEY_BYTES = 32
_DIGITS = 32
_REMEMBERED = 100_000


class Pseudonyms:
    """Those that a key makes: hexadecimal digits of HMAC-SHA-256 (RFC 2104), as many as an opaque id has."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self.of = lru_cache(_REMEMBERED)(self._of)

    def told(self, recorded: Recorded) -> Recorded:
        """The event, with everybody in it and in its envelope as this folder calls them.

        Raises what ``Recorded.event`` raises.
        """
        return retold(recorded, people_in(recorded.type, recorded.data), self.of)

    def _of(self, person: str) -> str:
        if person == HIDDEN:
            return HIDDEN
        return hmac.new(self._key, person.encode(), hashlib.sha256).hexdigest()[:_DIGITS]
