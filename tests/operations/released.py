"""Releases that were made, taken from git as they were: by their commit, so that a clone needs no tags."""

from __future__ import annotations

import dataclasses
import hashlib
import subprocess
import sys
import tomllib
from datetime import date
from pathlib import Path

from tests.platform import ROOT, Code
from tests.servers.kafka import KEPT

RELEASES = ROOT / "releases.toml"
RUNS = ("contracts", "chassis", "services", "nyfiken", "requirements")
"""What of a release is needed to run it."""
LOCK = Path("requirements", "runtime.txt")


class NotHere(Exception):
    """The commit of a release is not in this clone; says what to do."""


class NoHistory(NotHere):
    """Nor can it be: this is no clone, or one that was made without its history."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """One that was made."""

    version: str
    date: date
    commit: str

    def unpacked(self, folder, clone=ROOT):
        """Its code, in this folder. Raises NotHere."""
        self._must_be_in(clone)
        archive = git(clone, "archive", self.commit, *RUNS).stdout
        folder.mkdir(parents=True)
        subprocess.run(["tar", "--extract", "--directory", folder], input=archive, check=True)
        return Code(folder=folder, python=interpreter_for(folder / LOCK))

    def _must_be_in(self, clone):
        asked = git(clone, "cat-file", "-e", f"{self.commit}^{{commit}}")
        if asked.returncode:
            shallow = git(clone, "rev-parse", "--is-shallow-repository").stdout.strip()
            fetch = "git fetch --unshallow" if shallow == b"true" else f"git fetch origin {self.commit}"
            why = asked.stderr.decode().strip()
            kind = NotHere if shallow == b"false" else NoHistory
            raise kind(f"release {self.version} ({self.commit}) is not in this clone; run: {fetch} ({why})")


def releases():
    """All of them, the newest first."""
    return [Release(**each) for each in tomllib.loads(RELEASES.read_text())["release"]]


def git(clone, *arguments):
    return subprocess.run(["git", "-C", clone, *arguments], capture_output=True)


def interpreter_for(lock):
    """One that has what this lock file says: that of the tests, where today's says the same, or one made for it."""
    if lock.read_bytes() == (ROOT / LOCK).read_bytes():
        return sys.executable
    mark = hashlib.sha256(sys.version.encode() + lock.read_bytes()).hexdigest()[:16]
    made = KEPT / f"runtime-{mark}"
    if not made.exists():
        _install(lock, made)
    return str(made / "bin" / "python")


def _install(lock, where):
    """It has its name only when all of it is there; its scripts, which name where it was made, are used by nobody."""
    KEPT.mkdir(exist_ok=True)
    being_made = where.with_name(f"{where.name}-being-made")
    subprocess.run([sys.executable, "-m", "venv", "--clear", "--without-pip", being_made], check=True)
    pip = [sys.executable, "-m", "pip", "--python", being_made / "bin" / "python", "install", "--quiet"]
    subprocess.run([*pip, "--disable-pip-version-check", "--require-hashes", "--requirement", lock], check=True)
    being_made.rename(where)
