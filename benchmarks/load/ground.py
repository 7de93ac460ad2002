"""What the load is given to: a platform of its own, on a real PostgreSQL and Kafka; or one that runs elsewhere."""

from __future__ import annotations

import contextlib
import dataclasses
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from benchmarks.load.spent import Spent
from benchmarks.servers import Servers
from chassis.tokens import Tokens
from nyfiken.key_files import platform_keys
from tests.platform import RunningPlatform


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Service → address, what signs tokens there, and who is looked at meanwhile; of our own, also all the rest."""

    urls: Mapping[str, str]
    tokens: Tokens
    roots: Mapping[str, int]
    own: Own | None = None

    def watched(self) -> Spent:
        """Who uses the processors, as long as the block lasts."""
        return Spent(self.roots)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """A platform that was started for this, and the servers that it is on."""

    platform: RunningPlatform
    servers: Servers


@contextlib.contextmanager
def own_ground(say: Callable[[str], None]) -> Iterator[Ground]:
    """Started for this, and removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="nyfiken-load-") as folder, Servers(Path(folder)) as servers:
        say("starting PostgreSQL, Kafka and the platform …")
        data = Path(folder) / "data"
        platform = RunningPlatform(data, postgres=servers.postgres.dsn, kafka=servers.kafka.bootstrap_servers)
        try:
            platform.start()
            yield Ground(
                urls=platform.urls,
                tokens=_tokens(data),
                roots=_roots(platform, servers),
                own=Own(platform=platform, servers=servers),
            )
        finally:
            platform.stop()  # what it made goes with the servers


def ground_at(urls: Mapping[str, str], data: Path) -> Ground:
    """One that runs; the keys in this folder, or where NYFIKEN_KEYS says, sign for it."""
    return Ground(urls=urls, tokens=_tokens(data, may_make=False), roots={})


def _tokens(data: Path, *, may_make: bool = True) -> Tokens:
    keys = platform_keys(data, may_make=may_make)
    return Tokens(keys.signing, keys.secret)


def _roots(platform: RunningPlatform, servers: Servers) -> Mapping[str, int]:
    found = {**platform.processes(), "postgres": servers.postgres.pid, "kafka": servers.kafka.pid}
    return {name: pid for name, pid in found.items() if pid is not None}
