"""Prints a tar of the files of Debian packages that are installed here, and of all that they depend on.

Where no base image can be pulled, ``python3 debian_files.py postgresql-15 | docker import - NAME`` makes one. It holds
what the packages shipped, as it is on this machine, and no account or key of it.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

FIELDS = ("Package", "Essential", "Pre-Depends", "Depends", "Provides", "db:Status-Abbrev")
LEFT_OUT = re.compile(r"/usr/share/(man|doc|locale|info|lintian)/.")
ACCOUNTS = {"etc/passwd": "passwd.master", "etc/group": "group.master"}
"""Debian's own first accounts, from /usr/share/base-passwd, not those of this machine."""
TOP_LINKS = ("/bin", "/sbin", "/lib", "/lib64")
"""Into /usr, where nothing has a package of its own any more."""


class Package(NamedTuple):
    """What is known about one that is installed; each dependency is a list of names, of which one will do."""

    essential: bool
    depends: list[list[str]]
    provides: list[str]


def main(wanted: list[str]) -> None:
    """Write the tar to standard output."""
    packages = installed()
    with tarfile.open(fileobj=sys.stdout.buffer, mode="w|") as tar:
        for path in sorted(files(closure(wanted, packages))):
            tar.add(path, arcname=str(path).lstrip("/"), recursive=False)
        for name, master in ACCOUNTS.items():
            tar.add(f"/usr/share/base-passwd/{master}", arcname=name)


def installed() -> Mapping[str, Package]:
    """Name → package."""
    fields = "\t".join(f"${{{field}}}" for field in FIELDS) + "\n"
    lines = dpkg_query("-W", "-f", fields)
    packages = {}
    for name, essential, before, depends, provides, status in (line.split("\t") for line in lines):
        if status.startswith("ii"):
            needed = [names(either.split("|")) for either in f"{before},{depends}".split(",") if either.strip()]
            packages[name] = Package(essential == "yes", needed, names(provides.split(",")))
    return packages


def names(written: Iterable[str]) -> list[str]:
    """Without version, architecture and whatever else is written after them."""
    return [re.split(r"[\s(:\[]", name.strip())[0] for name in written if name.strip()]


def closure(wanted: list[str], packages: Mapping[str, Package]) -> set[str]:
    """These, what every Debian has, and what all of them depend on, as far as it is installed."""
    provided = {name: real for real, package in packages.items() for name in [*package.provides, real]}
    missing = [name for name in wanted if name not in packages]
    if missing:
        sys.exit(f"not installed: {', '.join(missing)}")
    found: set[str] = set()
    ahead = [*wanted, *(name for name, package in packages.items() if package.essential)]
    while ahead:
        name = ahead.pop()
        if name not in found:
            found.add(name)
            ahead += [provided[hit] for hit in first_of_each(packages[name].depends, provided)]
    return found


def first_of_each(depends: list[list[str]], provided: Mapping[str, str]) -> Iterator[str]:
    """Of each dependency the first name that is there."""
    for either in depends:
        yield from [name for name in either if name in provided][:1]


def files(packages: Iterable[str]) -> set[Path]:
    """Where their files really are: what a package calls /bin/sh is in /usr/bin."""
    paths = [
        Path(line)
        for line in dpkg_query("-L", *packages)
        if line.startswith("/") and line != "/." and not LEFT_OUT.match(line)
    ]
    real = {path.parent.resolve() / path.name for path in [*paths, Path("/etc/nsswitch.conf")]}
    real |= {Path(link) for link in TOP_LINKS}
    return {path for path in real if path.is_symlink() or path.exists()}


def dpkg_query(*arguments: str) -> list[str]:
    """The lines that it answers."""
    command = ["dpkg-query", *arguments]
    return subprocess.check_output(command, text=True).splitlines()  # noqa: S603 — the command is our own


main(sys.argv[1:])
