"""An open loop: what is sent at a steady pace, whether or not what was sent before has been answered."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Sequence

Send = Callable[[int], None]
"""Sends the request of this number."""


def paced(sends: Sequence[Send], rate: float, seconds: float) -> list[float]:
    """Send so many a second, each by whoever is free; the seconds from when each was due until it was answered.

    Raises what a request raises.
    """
    numbers, took, failed = itertools.count(), list[float](), list[BaseException]()
    began = time.monotonic() + 0.1

    def work(send: Send) -> None:
        try:
            while not failed and (number := next(numbers)) < rate * seconds:
                due = began + number / rate
                time.sleep(max(0.0, due - time.monotonic()))
                send(number)
                took.append(time.monotonic() - due)
        except BaseException as error:  # noqa: BLE001 - raised below, in the thread that asked
            failed.append(error)

    threads = [threading.Thread(target=work, args=(send,)) for send in sends]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
    return took


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which this share of all lies."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]
