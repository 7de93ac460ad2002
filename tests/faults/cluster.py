"""A platform whose processes run each by itself, as on a cluster: more workers than one, of one release or of several.

``nyfiken up`` keeps one worker of each service and starts it again when it dies; here nothing does, and a test says who
lives. All of it runs on a PostgreSQL and a Kafka.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from nyfiken.preparing import prepare
from nyfiken.supervisor import Program, end_with
from tests.chassis.running import answers
from tests.platform import NAMES, TODAY, Code, RunningPlatform

READY = 60.0
"""Seconds; a machine that runs other tests at the same time is slow."""
END = 15.0
_PAUSE = 0.05
_RUN = "import sys; from chassis.processes import run; run(sys.argv.pop(1), sys.argv.pop(1))"


class Process:
    """One process, from its start on; what it says goes to a log of its own."""

    def __init__(
        self, program: Program, code: Code, release: str | None, worker: str, settings: Mapping[str, str]
    ) -> None:
        service, role = program.name.split()
        by_itself = ["-c", _RUN, service, release, role] if release else program.command[1:]
        self._log = program.log.with_name(f"{service}-{role}-{worker}-{time.monotonic_ns()}.log")
        self._log.parent.mkdir(parents=True, exist_ok=True)
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [code.python, *by_itself],
                cwd=code.folder,
                env={**code.importable(program.environment), "NYFIKEN_WORKER": worker, **settings},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=end_with(os.getpid()),
            )

    @property
    def lives(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def said(self) -> str:
        """What it has logged."""
        return self._log.read_text()

    def stop(self) -> int:
        """Ask it to end and wait until it has; its exit code."""
        self._process.terminate()
        return self._process.wait(END)

    def kill(self) -> None:
        """``kill -9``, with whatever it started."""
        self.signal(signal.SIGKILL)
        self._process.wait()

    def signal(self, number: signal.Signals) -> None:
        """Send it, and all that it started, a signal; nothing where it has ended."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)

    def is_suspended(self) -> bool:
        """Whether it was stopped with SIGSTOP and not resumed."""
        return Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"


class Cluster:
    """The processes of a platform, which must not have been started otherwise: of this code, if no other is said."""

    def __init__(self, platform: RunningPlatform, code: Code = TODAY) -> None:
        self.platform = platform
        self._code = code
        self._programs = {program.name: program for program in platform.programs()}
        self._processes: list[Process] = []
        if code is TODAY:
            prepare(platform.data, platform.servers, lambda _: None)
        else:
            for command in ("migrate", "topics"):
                platform.nyfiken(command, of=code)

    def start(
        self,
        name: str,
        *,
        code: Code | None = None,
        release: str | None = None,
        worker: str = "worker-1",
        **settings: object,
    ) -> Process:
        """Start ``ideas web`` or the like: as it is, or the program that is in this module."""
        said = {f"NYFIKEN_{setting.upper()}": str(value) for setting, value in settings.items()}
        self._processes.append(Process(self._programs[name], code or self._code, release, worker, said))
        return self._processes[-1]

    def start_all(self, **releases: str) -> dict[str, Process]:
        """All six, and wait until they are ready; ``ideas_worker="…"``: that one of another release."""
        started = {name: self.start(name, release=releases.get(name.replace(" ", "_"))) for name in NAMES}
        self.ready(*self.platform.urls.values())
        return started

    def ready(self, *urls: str) -> None:
        """Wait until all of these web processes are able to serve."""
        for url in urls:
            until(lambda url=url: answers(f"{url}/readyz"), READY, lambda url=url: f"{url} is not ready")

    def close(self) -> None:
        """End all of them, even those that are suspended, and remove what they have on the servers."""
        for process in self._processes:
            process.kill()
        self.platform.remove()


def until(condition: Callable[[], object], within: float, otherwise: Callable[[], object]) -> float:
    """Wait until it is so; the seconds that took. ``otherwise`` tells what there is instead."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() < began + within, otherwise()
        time.sleep(_PAUSE)
    return time.monotonic() - began
