"""A process of a made-up service, really run: started, asked to end, killed."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx

from nyfiken.supervisor import end_with

ROOT = Path(__file__).parents[2]
PATIENCE = 20.0
COUNTS = ("suite", "tests.chassis.made_up_counts")
ANYWHERE = ("suite", "tests.chassis.made_up_by_settings")
LISTENS = ("listener", "tests.chassis.made_up_listens")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(url):
    """Whether somebody listens there, and all is well."""
    try:
        return httpx.get(url, timeout=5).status_code == 200
    except httpx.TransportError:
        return False


class Running:
    """``python -m services.<service> web|worker``, for a service made up by the tests."""

    def __init__(self, program, kind, data, **settings):
        source = "import sys; from chassis.processes import run; run(sys.argv.pop(1), sys.argv.pop(1))"
        self._command = [sys.executable, "-c", source, *program, kind]
        self._settings = {"NYFIKEN_DATA": str(data)} | {f"NYFIKEN_{k.upper()}": str(v) for k, v in settings.items()}
        self._log = data.with_name(f"{program[0]}-{kind}.log")
        self.url = f"http://127.0.0.1:{settings['port']}" if "port" in settings else None
        self.process = None

    def start(self):
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                self._command,
                cwd=ROOT,
                env=os.environ | self._settings,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=end_with(os.getpid()),
            )
        return self

    def until(self, path="/healthz", status=200):
        """Wait until it answers so."""
        patience_ends = time.monotonic() + PATIENCE
        while True:
            try:
                answer = httpx.get(self.url + path, timeout=2)
                if answer.status_code == status:
                    return answer
            except httpx.TransportError:
                pass  # not listening yet
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < patience_ends, self.said()
            time.sleep(0.02)

    def said(self):
        return self._log.read_text() if self._log.exists() else ""

    def stop(self):
        """Ask it to end; the seconds that it took, and its exit code."""
        began = time.monotonic()
        self.process.terminate()
        code = self.process.wait(PATIENCE)
        return time.monotonic() - began, code

    def kill(self):
        """End it as a power failure does, with whatever it started."""
        with contextlib.suppress(ProcessLookupError):  # it is gone already
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.kill()
