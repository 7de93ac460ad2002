"""Room on the disk for what a process counts, taken before it counts.

Prometheus' client counts in files that are mapped into memory, and makes them longer than they are on the disk. Where
that is full, to write to such a page ends the process by a signal (SIGBUS), without a word. So their room is taken
first: then a disk without any is told in a line, and one that fills later stops no process.
"""

from __future__ import annotations

import os
from pathlib import Path

from chassis.settings import WrongSetting

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""The setting by which Prometheus' client knows the folder."""
BYTES = 2**18
"""Of each file. The longest has what each route takes, by method, which is half of that."""
_FILES = 4
"""Of a process: counters, histograms, two kinds of gauges."""


def share_figures(data: Path, service: str) -> None:
    """Let the processes of a service that share a data folder count together there. Raises WrongSetting.

    Before anything that counts is imported.
    """
    folder = data / "figures" / service
    probe = folder / f".{os.getpid()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        try:
            _take(probe, _FILES * BYTES)
        finally:
            probe.unlink(missing_ok=True)
    except OSError as error:
        raise WrongSetting(
            f"NYFIKEN_DATA, {data}: nothing can be written there: {error.strerror}; make room, or name another folder"
        ) from None
    os.environ[FOLDER] = str(folder)


def take_room() -> None:
    """From now on this process counts in files that are on the disk as long as they are."""
    from prometheus_client import values
    from prometheus_client.mmap_dict import MmapedDict

    class Taken(MmapedDict):
        def __init__(self, filename: str, read_mode: bool = False) -> None:
            if not read_mode:
                _take(Path(filename), BYTES)
            super().__init__(filename, read_mode)  # type: ignore[no-untyped-call]

    values.MmapedDict = Taken  # type: ignore[attr-defined]


def _take(path: Path, size: int) -> None:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        os.posix_fallocate(descriptor, 0, size)
    finally:
        os.close(descriptor)
