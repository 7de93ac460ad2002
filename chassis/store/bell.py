"""How a reader that waits hears that something was appended: at once in the same process, soon from another."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


class Bell:
    """Rung after each append. Who waits looks again when it rings, and every ``poll()`` seconds in case it did not."""

    def __init__(self, poll: Callable[[], float]) -> None:
        self._poll = poll
        self._rung = threading.Condition()

    def ring(self) -> None:
        """Let everybody look who waits."""
        with self._rung:
            self._rung.notify_all()

    def wait(self, there: Callable[[], bool], timeout: float) -> bool:
        """Sleep until it is there, for ``timeout`` seconds at most; whether it is."""
        deadline = time.monotonic() + timeout
        with self._rung:
            while not there():
                left = deadline - time.monotonic()
                if left <= 0:
                    return False
                self._rung.wait(min(left, self._poll()))
        return True
