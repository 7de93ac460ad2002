"""The secrets of the platform, each a file in ``keys`` of the data folder that nobody but its owner can read.

They are made at the first start, once, however many processes start at the same moment. Losing them loses every
personal value for ever, so a data folder that holds a history and no keys is refused instead of given new ones.

Where they come from a vault they are mounted in a folder of their own, ``NYFIKEN_KEYS``. Those are never made here, and
belong to whoever mounts them: our group may read them, but nobody else.
"""

from __future__ import annotations

import dataclasses
import os
import stat
from collections.abc import Callable
from pathlib import Path

from chassis.durable import sync
from chassis.keyring import KeyRing

KEY_BYTES = 32
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_OTHERS_OF_MOUNTED = stat.S_IWGRP | stat.S_IXGRP | stat.S_IRWXO


class WrongKeys(Exception):
    """The keys are missing, damaged or open to others; says which and what to do."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Keys:
    """Three keys of 32 bytes; of two of them others may be good beside, while these take their place."""

    master: KeyRing
    """Wraps the keys of persons, which seal what is personal."""
    signing: KeyRing
    """Signs the platform's own tokens."""
    secret: bytes
    """Makes opaque ids of people, and hashes of bodies that cannot be guessed."""


_NAMES = [field.name for field in dataclasses.fields(Keys)]
ROTATED = ("master", "signing")
"""The keys that another can take the place of; the secret's ids would all be others."""
_BESIDE = (".next", ".previous")


def make_keys(folder: Path) -> bool:
    """Make all keys in a folder that has none, where they are to be mounted from; False if all of them are there.

    Raises WrongKeys.
    """
    there = [name for name in _NAMES if (folder / name).exists()]
    if there and there != _NAMES:
        lacking = ", ".join(name for name in _NAMES if name not in there)
        raise WrongKeys(f"{folder} lacks {lacking}; put back what was there, or name an empty folder for new keys")
    try:
        if not there:
            _make(folder)
        load_keys(folder, folder)
    except OSError as error:
        raise WrongKeys(f"no keys can be made in {folder}: {error.strerror}") from error
    return not there


def load_keys(data: Path, mounted: Path | None = None, *, may_make: bool = True) -> Keys:
    """The keys of a data folder, made now if this is its first start, and if they may be; or those that are mounted.

    Raises WrongKeys.
    """
    if mounted is not None:
        return _keys(mounted, _read_mounted)
    has_history = any(data.glob("*.sqlite"))  # asked first: whoever makes a history has made the keys before
    folder = data / "keys"
    if not all((folder / name).exists() for name in _NAMES):
        if has_history:
            raise WrongKeys(f"{folder} lacks keys of the history in {data}; put back the ones it was written with")
        if not may_make:
            raise WrongKeys(
                f"there are no keys in {folder}; name the folder of those that the history was written with"
            )
        try:
            _make(folder)
        except OSError as error:
            raise WrongKeys(f"no keys can be made in {folder}: {error.strerror}") from error
    _must_be_private(folder)
    return _keys(folder, _read)


def rotate(folder: Path, name: str) -> str:
    """Take the next of three steps by which another key takes the place of the master or signing key; gives which.

    ``made``: another is there, and good beside it; ``swapped``: it makes everything that is new; ``ended``: the key
    before it is gone. Between two steps every process must have been started again. Raises WrongKeys.
    """
    key, coming, going = (folder / f"{name}{end}" for end in ("", *_BESIDE))
    try:
        _read_mounted(key)
        if coming.exists():
            going.unlink(missing_ok=True)  # of a time that this was ended in between
            going.hardlink_to(key)
            coming.replace(key)
            step = "swapped"
        elif going.exists():
            going.unlink()
            step = "ended"
        else:
            _make_once(coming)
            step = "made"
        sync(folder)
    except OSError as error:
        raise WrongKeys(f"{name} in {folder} cannot be rotated: {error.strerror}") from error
    return step


def _keys(folder: Path, read: Callable[[Path], bytes]) -> Keys:
    found = {name: read(folder / name) for name in _NAMES}
    rings = {name: KeyRing(found[name], _others(folder, name, read)) for name in ROTATED}
    return Keys(secret=found["secret"], **rings)


def _others(folder: Path, name: str, read: Callable[[Path], bytes]) -> list[bytes]:
    """Those that are good beside it, while one takes the place of the other."""
    beside = (folder / f"{name}{end}" for end in _BESIDE)
    return [read(path) for path in beside if path.exists()]


def _make(folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.mkdir(exist_ok=True, mode=0o700)
    _must_be_private(folder)
    for name in _NAMES:
        _make_once(folder / name)
    sync(folder)


def _make_once(path: Path) -> None:
    """Whoever is first makes the key; the others find it whole, since a link to a finished file appears at once."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(descriptor, os.urandom(KEY_BYTES))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        return  # another process was first, and its key is the one
    finally:
        draft.unlink()


def _read_mounted(path: Path) -> bytes:
    try:
        _must_be_closed(path, _OTHERS_OF_MOUNTED, "440")
        return _whole(path)
    except OSError as error:
        told = f"{path} cannot be read: {error.strerror}; NYFIKEN_KEYS names the folder that has all of them"
        raise WrongKeys(told) from error


def _read(path: Path) -> bytes:
    _must_be_private(path)
    return _whole(path)


def _whole(path: Path) -> bytes:
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise WrongKeys(f"{path} holds {len(key)} bytes, not {KEY_BYTES}; put back the one that was there before")
    return key


def _must_be_private(path: Path) -> None:
    _must_be_closed(path, _OTHERS, "700" if path.is_dir() else "600")


def _must_be_closed(path: Path, to: int, wanted: str) -> None:
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & to:
        raise WrongKeys(f"{path} is open to others (mode {mode:o}); run: chmod {wanted} {path}")
