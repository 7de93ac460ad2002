"""Keeps processes running: starts them, starts them again when they die, ends them together, leaves none behind."""

from __future__ import annotations

import ctypes
import dataclasses
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

FIRST_PAUSE = 0.25
LONGEST_PAUSE = 5.0
STEADY = 10.0
"""Seconds after which a process counts as running well: its next death is its first again."""
PATIENCE = 8.0
"""Seconds from asking processes to end until they are made to."""
LONG_LOG = 10 * 2**20
"""Bytes after which a process begins a new log when it is started."""
_PR_SET_PDEATHSIG = 1

Say = Callable[[str], None]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """What to run, under which name; what it prints goes to ``log``."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path


class Child:
    """One program and the process that runs it now, if one does."""

    def __init__(self, program: Program, say: Say) -> None:
        self.program = program
        self.deaths = 0
        self.ending: int | None = None
        """How its process ended last: the exit code, negative for a signal."""
        self._say = say
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._due = 0.0

    def keep_running(self, now: float) -> None:
        """Start it when it is due, notice when it has died. ``now`` is monotonic, in seconds."""
        if self._process is None:
            if now >= self._due:
                self._start(now)
        elif self._process.poll() is not None:
            self._died(self._process, now)

    def ask_to_end(self) -> None:
        """Let it finish what it does."""
        if self.running and self._process:
            self._process.terminate()

    def make_end(self) -> None:
        """End it now, with whatever it started itself."""
        if self._process is not None:
            _end_group(self._process)
            self._process.wait()

    @property
    def running(self) -> bool:
        """Whether its process lives."""
        return self._process is not None and self._process.poll() is None

    def _start(self, now: float) -> None:
        with _opened(self.program.log) as log:
            self._process = subprocess.Popen(  # noqa: S603 — the commands are our own
                self.program.command,
                env=dict(self.program.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C reaches the supervisor alone, which then ends all of them in order
                preexec_fn=end_with(os.getpid()),  # safe: this process has one thread
            )
        self._started = now

    def _died(self, process: subprocess.Popen[bytes], now: float) -> None:
        _end_group(process)
        self.deaths = 1 if now - self._started > STEADY else self.deaths + 1
        pause = min(FIRST_PAUSE * 2 ** (self.deaths - 1), LONGEST_PAUSE)
        self._process, self._due, self.ending = None, now + pause, process.returncode
        how = _ending(process.returncode)
        self._say(f"{self.program.name} {how}; started again in {pause:g} s; see {self.program.log}")


class Supervisor:
    """Runs programs together until it is asked to stop. Use it from the main thread of a process without others."""

    def __init__(self, programs: Sequence[Program], say: Say) -> None:
        self.children = [Child(program, say) for program in programs]
        self._say = say
        self._stop = False

    def stop(self) -> None:
        """Make ``run`` end soon."""
        self._stop = True

    def run(self, each_round: Callable[[], None], pause: float = 0.1) -> None:
        """Keep all running until ``stop``, SIGTERM, SIGINT or SIGHUP; ``each_round`` is called several times a second.

        However it ends, no process is left.
        """
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, lambda *_: self.stop())
        try:
            while not self._stop:
                for child in self.children:
                    child.keep_running(time.monotonic())
                each_round()
                time.sleep(pause)
        finally:
            self._end_all()

    def _end_all(self) -> None:
        for child in self.children:
            child.ask_to_end()
        patience_ends = time.monotonic() + PATIENCE
        while any(child.running for child in self.children) and time.monotonic() < patience_ends:
            time.sleep(0.02)
        for child in self.children:
            if child.running:
                self._say(f"{child.program.name} did not end in {PATIENCE:g} s and was made to")
            child.make_end()


def _opened(log: Path) -> BinaryIO:
    """The end of the log; one that has become long is set aside, in place of the one before."""
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > LONG_LOG:
        log.replace(log.with_name(f"{log.name}.1"))
    return log.open("ab")


def _ending(code: int) -> str:
    return f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"


def _end_group(process: subprocess.Popen[bytes]) -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return  # nobody is left of it


def end_with(parent: int) -> Callable[[], None]:
    """What a new process does first (``preexec_fn``): on Linux, be ended when its parent is gone, even killed."""
    library = ctypes.CDLL(None) if sys.platform == "linux" else None

    def bind() -> None:
        if library is not None:
            library.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
            if os.getppid() != parent:  # it went in between
                os._exit(1)

    return bind
