"""A disk so small that it can be filled, for the database of one service. Making one takes the right to mount."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg

from chassis.store.postgres.addresses import name_of
from tests.faults.backups import closed
from tests.faults.stage import Stage

_MEGABYTES = 64
"""For a database."""
_PAGE = bytes(4096)
_NAME = "small"


class SmallDisk:
    """A file system of its own, in memory."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._filler = folder / "filler"

    @contextlib.contextmanager
    def filled(self) -> Iterator[None]:
        """To the last page, by a file of somebody else's."""
        with self._filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
            while file.write(_PAGE) == len(_PAGE):
                pass
        assert shutil.disk_usage(self.folder).free == 0, "the disk is not full"
        try:
            yield
        finally:
            self._filler.unlink()


def may_mount() -> bool:
    """Whether this process has the right to."""
    with TemporaryDirectory() as folder:
        try:
            with small_disk(Path(folder)):
                return True
        except (OSError, subprocess.CalledProcessError):
            return False


@contextlib.contextmanager
def on_a_small_disk(stage: Stage, service: str) -> Iterator[SmallDisk]:
    """A service's database is moved there, and back at the end; it is away for moments."""
    folder, database = stage.postgres.folder / _NAME, name_of(stage.database(service))
    folder.mkdir()
    with small_disk(folder) as disk, psycopg.connect(stage.postgres.dsn, autocommit=True) as server:
        shutil.chown(folder, stage.postgres.folder.owner(), stage.postgres.folder.group())
        server.execute(f"CREATE TABLESPACE {_NAME} LOCATION '{folder}'")
        try:
            _move(server, database, _NAME)
            yield disk
        finally:
            _move(server, database, "pg_default")
            server.execute(f"DROP TABLESPACE {_NAME}")
    folder.rmdir()


def _move(server: psycopg.Connection, database: str, tablespace: str) -> None:
    with closed(server, database):
        server.execute(f"ALTER DATABASE {database} SET TABLESPACE {tablespace}")


@contextlib.contextmanager
def small_disk(folder: Path, megabytes: int = _MEGABYTES) -> Iterator[SmallDisk]:
    """One in this folder, which is empty."""
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "nyfiken-test", str(folder)]
    subprocess.run(mount, check=True, capture_output=True)
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
