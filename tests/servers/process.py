"""One program in a folder of its own, which goes with the process that started it, however that ends."""

from __future__ import annotations

import os
import pwd
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

HOST = "127.0.0.1"
START = 60.0
"""Seconds until a server answers; a machine that runs other tests at the same time is slow."""
END = 20.0
"""Seconds from asking a server to end until it is made to."""

# Reads which process runs now, one id a line, an empty line for none. At the end of its input, which comes with the end
# of whoever started it, even a violent one, it ends that process with signal $1 and removes the folder $2, if it is
# given one. (Not PR_SET_PDEATHSIG: that is lost where the user changes, speaks of threads, and removes no folder.)
_KEEPER = """
while read -r line; do server=$line; done
if [ -n "$server" ] && kill -s "$1" "$server"; then
    for _ in 1 2 3 4 5 6 7 8 9 10; do kill -0 "$server" || break; sleep 0.5; done
    kill -KILL "$server"
fi
[ -z "$2" ] || rm -rf -- "$2"
"""


class NotStarted(Exception):
    """A server did not come up; says what it printed last."""


class Process:
    """A program to start, stop, kill and start again; its folder is removed by ``close`` unless it was given one."""

    def __init__(self, name: str, folder: Path | None, ends_by: signal.Signals, user: str | None = None) -> None:
        self.folder = folder or Path(tempfile.mkdtemp(prefix=f"nyfiken-{name}-"))
        self.is_temporary = folder is None
        self._name, self._ends_by, self._user = name, ends_by, user
        self._process: subprocess.Popen[bytes] | None = None
        self._keeper = self._started_keeper()
        self.folder.mkdir(parents=True, exist_ok=True)
        self.give_away(self.folder)

    @property
    def pid(self) -> int | None:
        """Its process id, while it runs."""
        return self._process.pid if self._process and self._process.poll() is None else None

    @property
    def log(self) -> Path:
        """What it prints."""
        return self.folder / "log"

    def give_away(self, path: Path) -> None:
        """Let the user that it runs as own this."""
        if self._user:
            shutil.chown(path, self._user, pwd.getpwnam(self._user).pw_gid)

    def run(self, command: Sequence[str]) -> None:
        """Run something to its end, as the same user, in the same folder."""
        ran = subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **self._as_user())
        if ran.returncode:
            raise NotStarted(f"{self._name}: {Path(command[0]).name} failed:\n{ran.stdout}")

    def start(self, command: Sequence[str], is_ready: Callable[[], bool]) -> None:
        """Start the program and wait until it is ready."""
        if self.pid is not None:
            raise NotStarted(f"{self._name}: it runs already, as process {self.pid}")
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, **self._as_user()
            )
        self._tell_keeper(self._process.pid)
        try:
            self._await(self._process, is_ready)
        except BaseException:
            self.kill()
            raise

    def stop(self) -> None:
        """Ask it to end and wait until it has; nothing where it does not run."""
        if self._process is None:
            return
        self._process.send_signal(self._ends_by)
        try:
            self._process.wait(END)
        except subprocess.TimeoutExpired:
            self.kill()
        self._ended()

    def kill(self) -> None:
        """``kill -9``, of the program and what it started, so that none of them can tidy up."""
        if self._process is not None:
            if self.pid is not None:
                _kill_family(self._process.pid)
            self._process.wait()
            self._ended()

    def close(self) -> None:
        """End it; a temporary folder goes with it."""
        self.stop()
        if self.is_temporary:
            shutil.rmtree(self.folder, ignore_errors=True)
        self._keeper.kill()  # there is nothing left to keep
        self._keeper.communicate()

    def _started_keeper(self) -> subprocess.Popen[bytes]:
        removed = str(self.folder) if self.is_temporary else ""
        signal_name = self._ends_by.name.removeprefix("SIG")
        command = ["sh", "-c", _KEEPER, "keeper", signal_name, removed]
        silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        return subprocess.Popen(command, stdin=subprocess.PIPE, bufsize=0, start_new_session=True, **silent)

    def _tell_keeper(self, pid: int | None) -> None:
        assert self._keeper.stdin is not None
        self._keeper.stdin.write(f"{pid or ''}\n".encode())

    def _ended(self) -> None:
        self._process = None
        self._tell_keeper(None)

    def _as_user(self) -> Mapping[str, object]:
        where = {"cwd": self.folder, "env": os.environ | {"LC_ALL": "C"}}
        if not self._user:
            return where
        return where | {"user": self._user, "group": pwd.getpwnam(self._user).pw_gid, "extra_groups": []}

    def _await(self, process: subprocess.Popen[bytes], is_ready: Callable[[], bool]) -> None:
        patience_ends = time.monotonic() + START
        while not is_ready():
            if process.poll() is not None:
                raise NotStarted(f"{self._name} ended with {process.returncode}:\n{self.said()}")
            if time.monotonic() > patience_ends:
                raise NotStarted(f"{self._name} is not ready after {START:g} s:\n{self.said()}")
            time.sleep(0.02)

    def said(self) -> str:
        """The last that it printed."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-20:])


def free_port() -> int:
    """A port that nobody listens on, below those that the system gives away by itself."""
    for _ in range(100):
        port = random.randrange(20_000, 32_000)
        if is_free(port):
            return port
    raise AssertionError("no port is free")


def is_free(port: int) -> bool:
    """Whether nobody listens on it."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers do: old connections do not count
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def _kill_family(pid: int) -> None:
    os.kill(pid, signal.SIGSTOP)  # so that it starts no more of them meanwhile
    children = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    for each in (pid, *children):
        os.kill(each, signal.SIGKILL)
    while any(_lives(child) for child in children):
        time.sleep(0.005)


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
