"""The folder that a history is pulled into. What its manifest names is there and whole; nothing else counts.

A file is written under a number of its own and never changed; the manifest that names it comes last, in the place of
the one before. So whoever is killed leaves at most files that no manifest names, which the next pull removes.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import repeat
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from chassis.durable import sync
from chassis.failpoints import failpoint
from history import manifest as manifests
from history.columns import SCHEMA, Told, told_of
from history.errors import WrongFolder
from history.manifest import Manifest, Part, Range
from history.pseudonyms import KEY_BYTES, Pseudonyms

EVENTS = "events"
UNKNOWN_MONTH = "unknown"
"""Of what was withheld before anything was told."""
_KEY = "pseudonyms.key"
_LOCK = ".lock"
_COMPRESSION = {"compression": "zstd", "compression_level": 3}
_ROW_GROUP = 100_000


class Folder:
    """One pulled history."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def exists(self) -> bool:
        """Whether anything was pulled into it."""
        return (self.path / manifests.NAME).exists()

    def manifest(self) -> Manifest:
        """What is there. Raises WrongFolder."""
        place = self.path / manifests.NAME
        try:
            raw = place.read_bytes()
        except FileNotFoundError:
            raise WrongFolder(f"{self.path}: no history was pulled into it (nyfiken history pull --to …)") from None
        return manifests.read(raw, str(place))

    def begin(self, *, whole: bool = False) -> Manifest:
        """An empty history, unless there is one: with a key of its own, or a whole one, which nobody else may read.

        Raises WrongFolder for a folder of others, or of the other kind.
        """
        if self.exists():
            return self._of_kind(self.manifest(), whole)
        self.path.mkdir(parents=True, exist_ok=True)
        if strangers := [each.name for each in self.path.iterdir() if each.name not in (_KEY, _LOCK, EVENTS)]:
            raise WrongFolder(f"{self.path}: is not empty, and no pulled history ({min(strangers)})")
        if whole:
            self.path.chmod(0o700)
        begun = Manifest(key="" if whole else self._new_key(), whole=whole)
        self.keep(begun)
        return begun

    def _of_kind(self, manifest: Manifest, whole: bool) -> Manifest:
        if manifest.whole and not whole:
            raise WrongFolder(f"{self.path}: holds a whole history; go on with --whole, or pull into a new folder")
        if whole and not manifest.whole:
            raise WrongFolder(f"{self.path}: holds what analysts are told; pull --whole into a new folder")
        return manifest

    def _new_key(self) -> str:
        """The hash of the key that is here now; made unless a pull that was killed had made one."""
        key = self.path / _KEY
        if not key.exists():
            _replace(key, secrets.token_bytes(KEY_BYTES), mode=0o600)
        return _hash_of(key.read_bytes())

    def pseudonyms(self, manifest: Manifest) -> Pseudonyms:
        """How people are called here. Raises WrongFolder where the key is gone, or another one."""
        place = self.path / _KEY
        try:
            key = place.read_bytes()
        except FileNotFoundError:
            raise WrongFolder(f"{place}: is not there, so nothing can be added; pull into a new folder") from None
        if _hash_of(key) != manifest.key:
            raise WrongFolder(f"{place}: is not the key that this history was pulled with")
        return Pseudonyms(key)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else writes here as long as the block lasts. Raises WrongFolder if somebody does."""
        self.path.mkdir(parents=True, exist_ok=True)
        with (self.path / _LOCK).open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise WrongFolder(f"{self.path}: another pull is writing into it") from None
            yield

    def write(self, number: int, service: str, month: str, table: pa.Table, ranges: Iterable[Range]) -> Part:
        """Make one file durable. It counts when a manifest names it."""
        relative = f"{EVENTS}/service={service}/month={month}/{number:06}.parquet"
        place = self.path / relative
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("wb") as file:
            pq.write_table(table, file, row_group_size=_ROW_GROUP, **_COMPRESSION)
            file.flush()
            os.fsync(file.fileno())
        sync(place.parent)
        failpoint("history-part-written")
        return Part(
            path=relative,
            service=service,
            month=month,
            rows=table.num_rows,
            withheld=table.column("id").null_count,
            ranges=tuple(ranges),
            bytes=place.stat().st_size,
            sha256=hash_of(place),
        )

    def keep(self, manifest: Manifest) -> None:
        """Let this be what is there; from now on, also after a power cut."""
        _replace(self.path / manifests.NAME, manifests.written(manifest))
        failpoint("history-manifest-written")

    def beside(self, name: str, text: str) -> None:
        """Let a text lie beside the files; nothing is written where it does."""
        place = self.path / name
        if not place.exists() or place.read_text(encoding="utf-8") != text:
            _replace(place, text.encode())

    def tidy(self, manifest: Manifest) -> None:
        """Remove files that no manifest names: of a pull that was killed, or of parts that were put together."""
        named = {part.path for part in manifest.parts}
        for place in (self.path / EVENTS).rglob("*.parquet"):
            if str(place.relative_to(self.path)) not in named:
                place.unlink()

    def files(self, manifest: Manifest) -> list[str]:
        """Where everything lies that is told, for whoever reads it by itself: what the manifest names.

        Each is a file of this folder: a link in its place leads nowhere. Raises WrongFolder.
        """
        root = self.path.resolve()
        files = []
        for part in manifest.parts:
            place = root / part.path
            if not place.is_relative_to(root) or place.resolve() != place or not place.is_file():
                raise WrongFolder(f"{self.path / part.path}: is not a file of this folder")
            if part.month != UNKNOWN_MONTH:
                files.append(str(place))
        return files

    def table(
        self, part: Part, columns: Sequence[str] | None = None, where: Sequence[tuple[str, str, int]] | None = None
    ) -> pa.Table:
        """The rows of a file, or these columns of them; only those ``where`` (column, comparison, value) holds.

        Raises WrongFolder for one that is not there, cut short, or of another schema.
        """
        try:
            found = pq.read_table(self.path / part.path, columns=columns, filters=where, partitioning=None)
        except (OSError, pa.ArrowException) as error:
            raise WrongFolder(f"{self.path / part.path}: {str(error).splitlines()[0]}") from error
        if not found.schema.equals(SCHEMA if columns is None else pa.schema([SCHEMA.field(name) for name in columns])):
            raise WrongFolder(f"{self.path / part.path}: has other columns than this release writes")
        return found

    def told(self, part: Part, only: Range | None = None) -> Iterator[Told]:
        """The events of a file, or ``only`` those at some positions, and what is withheld. Raises as ``table``."""
        table = self.table(part, where=None if only is None else _within(only))
        return told_of(table, repeat(part.service, table.num_rows))


def _within(only: Range) -> list[tuple[str, str, int]]:
    return [("partition", "=", only.partition), ("position", ">=", only.first), ("position", "<=", only.last)]


def hash_of(place: Path) -> str:
    """SHA-256 of a file, in hexadecimal digits."""
    with place.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _hash_of(key: bytes) -> str:
    return hashlib.sha256(key).hexdigest()


def _replace(place: Path, content: bytes, mode: int = 0o644) -> None:
    beside = place.with_name(f"{place.name}.new")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(place)
    sync(place.parent)
