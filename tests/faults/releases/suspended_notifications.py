"""notifications, whose worker suspends itself in the midst of a rule's batch, as its machine may at any moment.

It does so once for each time that the file is there which ``NYFIKEN_TEST_SUSPEND`` names, and that file says when:
``before``, when the batch has been read and nothing of it begun, or ``within``, when all of it is written and is about
to be committed.
"""

import os
import signal
import threading
from pathlib import Path

from chassis.processing import moving
from chassis.processing.batches import work_of
from services.notifications.main import PROGRAM

__all__ = ["PROGRAM"]
ASKED = Path(os.environ["NYFIKEN_TEST_SUSPEND"])
_applied, _failpoint = moving.Mover._applied, moving.failpoint
_batch = threading.local()


def _suspend_if_asked(moment: str) -> None:
    if ASKED.exists() and ASKED.read_text() == moment:
        ASKED.unlink()
        os.kill(os.getpid(), signal.SIGSTOP)


def applied(self, batches):
    _batch.is_of_a_rule = any(processor.appends for processor in work_of(batches))
    if _batch.is_of_a_rule:
        _suspend_if_asked("before")
    return _applied(self, batches)


def failpoint(name):
    if name == "worker-before-commit" and _batch.is_of_a_rule:
        _suspend_if_asked("within")
    _failpoint(name)


moving.Mover._applied, moving.failpoint = applied, failpoint
