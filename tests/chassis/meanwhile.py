"""What goes on in a thread of its own while a test looks."""

import contextlib
import threading
import time


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


def until(condition, within=10.0):
    """Wait until it is so; the seconds that took."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() < began + within
        time.sleep(0.01)
    return time.monotonic() - began
