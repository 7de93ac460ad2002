"""How a reader that waits hears that something was appended: at once in the same process, soon from another."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping

from chassis.store.protocol import Head


class Bell:
    """Rung after each append. Who waits looks again when it rings, and every ``poll()`` seconds in case it did not."""

    def __init__(self, poll: Callable[[], float]) -> None:
        self._poll = poll
        self._rung = threading.Condition()
        self._times = 0

    def ring(self) -> None:
        """Let everybody look who waits."""
        with self._rung:
            self._times += 1
            self._rung.notify_all()

    def wait(
        self, look: Callable[[], Mapping[int, Head]], after: Mapping[int, int], timeout: float
    ) -> Mapping[int, Head] | None:
        """As ``Store.wait``, whose heads ``look`` gives.

        Nobody holds up others while he looks, nor misses what rings meanwhile.
        """
        deadline = time.monotonic() + timeout
        while True:
            before = self._times
            heads = look()
            if any(heads[partition].position > position for partition, position in after.items()):
                return heads
            if (left := deadline - time.monotonic()) <= 0:
                return None
            with self._rung:
                if self._times == before:
                    self._rung.wait(min(left, self._poll()))
