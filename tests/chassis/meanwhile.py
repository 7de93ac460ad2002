"""What goes on in a thread of its own while a test looks."""

import contextlib
import threading
import time
from concurrent.futures import ThreadPoolExecutor


@contextlib.contextmanager
def running(it):
    """A worker, a reader or a relay, until the block ends."""
    stopping = threading.Event()
    thread = threading.Thread(target=it.run, args=(stopping,))
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join()


@contextlib.contextmanager
def asked_again(ask, pause):
    """Ask again and again while in this block, so many seconds apart; all that was answered."""
    answers, enough = [], threading.Event()

    def go_on():
        while not enough.wait(pause):
            answers.append(ask())

    with ThreadPoolExecutor(1) as pool:
        asking = pool.submit(go_on)
        try:
            yield answers
        finally:
            enough.set()
    asking.result()


def until(condition, within=10.0):
    """Wait until it is so; the seconds that took."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() < began + within
        time.sleep(0.01)
    return time.monotonic() - began
