"""What is set from outside, by environment variables that all begin with ``NYFIKEN_``.

| name | what it is | if it is not set |
|---|---|---|
| DATA | the folder that everything is kept in | ``data`` |
| KEYS | the folder of the keys, where they are mounted and not made here | ``keys`` in DATA |
| HOST, PORT | where the web process listens | ``127.0.0.1``, needed by web |
| THREADS | how many requests it answers at once | 16 |
| HEALTH_PORT | where health and figures are shown, at HOST, and there alone | web: at PORT; worker: nowhere |
| FEED_IDEAS … | the address of each other service that is listened to | needed by the worker |
| DATABASE | the address of its database, ``postgresql://USER:PASSWORD@HOST:PORT/DATABASE`` | an SQLite file in DATA |
| CONNECTIONS | how many connections to it a process has at most | 16 |
| KAFKA | the brokers, ``HOST:PORT,HOST:PORT`` | the others' feeds are read |
| KAFKA_SECURITY_PROTOCOL | PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL | PLAINTEXT |
| KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME, KAFKA_SASL_PASSWORD | how a client says who it is | needed with SASL_… |
| KAFKA_SSL_CAFILE, KAFKA_SSL_CERTFILE, KAFKA_SSL_KEYFILE | certificates, the client's key | the system's own; none |
| TOPIC_PREFIX | what the names of topics begin with, where platforms share a Kafka | ``nyfiken`` |
| WORKER | the name of this worker, its own, and the same after a restart | the machine's, or ``worker-1`` |
| JWKS_URL | where the public keys of the organisation's issuer are | only own tokens are good |
| ISSUER, AUDIENCE | what its tokens say in ``iss`` and ``aud`` | needed with JWKS_URL; any ``aud`` |
| TRACES | where spans are sent to, as OTLP over HTTP: ``http://HOST:4318/v1/traces`` | none are noted |
| TRACES_SHARE | the share of requests that a trace is begun for, 0 to 1; where a caller has one, that decides | 1 |
| LOG_LEVEL | debug, info, warning or error | info |
"""

from __future__ import annotations

import dataclasses
import os
import re
import socket
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from environs import Env, EnvError
from marshmallow import ValidationError
from marshmallow.validate import URL, Length, OneOf, Range, Regexp

from chassis.misspelt import misspelt

T = TypeVar("T")
PROTOCOLS = ("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL")
MECHANISMS = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")
PREFIX = "NYFIKEN_"
_ENV = Env(prefix=PREFIX)
LEVELS = ("debug", "info", "warning", "error")
_ADDRESS = URL(schemes={"http", "https"}, require_tld=False)
_PORT = "a port, 1 to 65535"
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}\Z")
_CODED = "%[0-9A-Fa-f]{2}"
_HOST = rf"(\[[0-9A-Fa-f:.]+\]|([^\s%/?@:,\[\]]|{_CODED})*)(:\d{{1,5}})?"
_DATABASE = re.compile(
    rf"postgres(ql)?://(([^\s%/@]|{_CODED})*@)?{_HOST}(,{_HOST})*/([^\s%/?]|{_CODED})+(\?([^\s%]|{_CODED})*)?\Z"
)
_BROKERS = re.compile(r"[^\s,:]+:\d{1,5}(,[^\s,:]+:\d{1,5})*\Z")


class WrongSetting(Exception):
    """A setting is missing or impossible; says which, what kind of value it has and what is expected."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Database:
    """Where a service's PostgreSQL database is; the address holds a password."""

    address: str
    connections: int = 16


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Brokers:
    """Where Kafka is, and how a client says who it is: each field but the prefix as kafka-python takes it."""

    bootstrap_servers: str
    topic_prefix: str = "nyfiken"
    security_protocol: str = "PLAINTEXT"
    sasl_mechanism: str | None = None
    sasl_plain_username: str | None = None
    sasl_plain_password: str | None = None
    ssl_cafile: str | None = None
    ssl_certfile: str | None = None
    ssl_keyfile: str | None = None

    def options(self) -> dict[str, Any]:
        """What every client of kafka-python is given."""
        fields = dataclasses.asdict(self).items()
        return {name: value for name, value in fields if value is not None and name != "topic_prefix"}

    def topic(self, service: str) -> str:
        """The topic of a service: ``nyfiken.ideas.v1``."""
        return f"{self.topic_prefix}.{service}.v1"

    def group(self, service: str) -> str:
        """The group under which tools see how far a service has read: ``nyfiken.ideas``."""
        return f"{self.topic_prefix}.{service}"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Traces:
    """Where spans go, and of which share of the requests that bring no trace with them."""

    address: str
    share: float = 1.0


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings that every process of a service reads."""

    data: Path
    keys: Path | None
    database: Database | None
    brokers: Brokers | None
    worker: str
    log_level: str
    traces: Traces | None
    issuer: str | None
    audience: str | None
    jwks_url: str | None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """Where the web process listens, and how much it does at once; where it shows its health, if not there."""

    host: str
    port: int
    threads: int
    health_port: int | None = None

    @property
    def ports(self) -> dict[str, int]:
        """The setting of each port → the port."""
        found = {f"{PREFIX}PORT": self.port}
        return found | ({f"{PREFIX}HEALTH_PORT": self.health_port} if self.health_port else {})

    @property
    def waiting(self) -> int:
        """How many requests may wait at once: a quarter of the threads."""
        return max(1, self.threads // 4)


def load_settings() -> Settings:
    """The settings of this process; WrongSetting names the first that will not do."""
    _must_be_known()
    jwks_url = _read(_ENV.str, "JWKS_URL", "an http or https address", default=None, validate=_ADDRESS)
    return Settings(
        data=Path(_read(_ENV.str, "DATA", "a folder", default="data", validate=Length(min=1))).resolve(),
        keys=load_keys_folder(),
        database=load_database(),
        brokers=load_brokers(),
        worker=_read(_ENV.str, "WORKER", "a short name in lower case", default=_machine(), validate=Regexp(_NAME)),
        log_level=_read(_ENV.str, "LOG_LEVEL", " or ".join(LEVELS), default="info", validate=OneOf(LEVELS)),
        traces=load_traces(),
        jwks_url=jwks_url,
        issuer=_read(_ENV.str, "ISSUER", "the issuer of the tokens", **({} if jwks_url else {"default": None})),
        audience=_read(_ENV.str, "AUDIENCE", "whom the tokens are meant for", default=None),
    )


def _must_be_known() -> None:
    """A setting that is written wrongly would be none, and what it is about as it is without it."""
    found = misspelt(name.removeprefix(PREFIX) for name in os.environ if name.startswith(PREFIX))
    for name, meant in found:
        raise WrongSetting(f"{PREFIX}{name} is no setting; is {PREFIX}{meant} meant?")


def _machine() -> str:
    """Its name, which a container has for itself and keeps, if it will do as one of ours."""
    name = socket.gethostname().lower()
    return name if _NAME.match(name) else "worker-1"


def load_keys_folder() -> Path | None:
    """The folder of the keys, if it is not in the data folder; raises WrongSetting."""
    folder = _read(_ENV.str, "KEYS", "a folder", default=None, validate=Length(min=1))
    return Path(folder).resolve() if folder else None


def load_database() -> Database | None:
    """Where the database is, if it is not a file in the data folder; raises WrongSetting."""
    expected = "postgresql://USER:PASSWORD@HOST:PORT/DATABASE, with %XX for what is special in these"
    address = _read(_ENV.str, "DATABASE", expected, default=None, validate=Regexp(_DATABASE))
    if not address and os.environ.get(f"{PREFIX}POSTGRES"):  # else its history would quietly lie in a file
        raise WrongSetting(f"{PREFIX}DATABASE is not set; expected: {expected} ({PREFIX}POSTGRES names no database)")
    connections = _read(_ENV.int, "CONNECTIONS", "a number, 4 to 100", default=16, validate=Range(4, 100))
    return Database(address=address, connections=connections) if address else None


def load_brokers() -> Brokers | None:
    """Where Kafka is, if events travel by it; raises WrongSetting."""
    expected = "HOST:PORT, several with commas"
    servers = _read(_ENV.str, "KAFKA", expected, default=None, validate=_must_be_brokers)
    if not servers:
        return None
    protocol = _read(
        _ENV.str, "KAFKA_SECURITY_PROTOCOL", " or ".join(PROTOCOLS), default="PLAINTEXT", validate=OneOf(PROTOCOLS)
    )
    prefix = _read(_ENV.str, "TOPIC_PREFIX", "a short name in lower case", default="nyfiken", validate=Regexp(_NAME))
    return Brokers(
        bootstrap_servers=servers,
        topic_prefix=prefix,
        security_protocol=protocol,
        **_who(protocol),
        **_certificates(),
    )


def _must_be_brokers(servers: str) -> None:
    Regexp(_BROKERS)(servers)
    for server in servers.split(","):
        Range(1, 65535)(int(server.rpartition(":")[2]))


def _who(protocol: str) -> dict[str, Any]:
    """How a client says who it is, where the protocol asks for it."""
    if not protocol.startswith("SASL"):
        return {}
    mechanisms = " or ".join(MECHANISMS)
    return {
        "sasl_mechanism": _read(_ENV.str, "KAFKA_SASL_MECHANISM", mechanisms, validate=OneOf(MECHANISMS)),
        "sasl_plain_username": _read(_ENV.str, "KAFKA_SASL_USERNAME", "a name", validate=Length(min=1)),
        "sasl_plain_password": _read(_ENV.str, "KAFKA_SASL_PASSWORD", "a password", validate=Length(min=1)),
    }


def _certificates() -> dict[str, Any]:
    expected, names = "a file that is there", ("CAFILE", "CERTFILE", "KEYFILE")
    return {
        f"ssl_{name.lower()}": _read(_ENV.str, f"KAFKA_SSL_{name}", expected, default=None, validate=_must_be_there)
        for name in names
    }


def _must_be_there(file: str) -> None:
    if not Path(file).is_file():
        raise ValidationError(file)


def load_traces() -> Traces | None:
    """Where spans are sent, if they are; raises WrongSetting."""
    address = _read(_ENV.str, "TRACES", "an http or https address", default=None, validate=_ADDRESS)
    share = _read(_ENV.float, "TRACES_SHARE", "a number, 0 to 1", default=1.0, validate=Range(0, 1))
    return Traces(address=address, share=share) if address else None


def load_listening() -> Listening:
    """Where the web process listens; raises WrongSetting."""
    return Listening(
        host=_host(),
        port=_read(_ENV.int, "PORT", _PORT, validate=Range(1, 65535)),
        threads=_read(_ENV.int, "THREADS", "a number of threads, 4 to 256", default=16, validate=Range(4, 256)),
        health_port=_health_port(),
    )


def load_health() -> tuple[str, int] | None:
    """Where the worker process shows its health, if it does: host and port. Raises WrongSetting."""
    port = _health_port()
    return (_host(), port) if port else None


def _health_port() -> int | None:
    return _read(_ENV.int, "HEALTH_PORT", _PORT, default=None, validate=Range(1, 65535))


def _host() -> str:
    return _read(_ENV.str, "HOST", "a host name or address", default="127.0.0.1", validate=Length(min=1))


def load_feeds(services: Iterable[str]) -> Mapping[str, str]:
    """The addresses of the services that are listened to; raises WrongSetting."""
    return {
        service: _read(_ENV.str, f"FEED_{service.upper()}", "an http or https address", validate=_ADDRESS)
        for service in services
    }


def _read(parse: Callable[..., T], name: str, expected: str, **options: Any) -> T:
    try:
        return parse(name, **options)
    except (EnvError, ValidationError):
        found = _kind(os.environ.get(PREFIX + name))
        raise WrongSetting(f"{PREFIX}{name} {found}; expected: {expected}") from None


def _kind(value: str | None) -> str:
    """What a value is, without saying it: it may be a secret."""
    if value is None:
        return "is not set"
    if not value:
        return "is empty"
    return "is another number" if value.lstrip("+-").isdecimal() else f"is a text of {len(value)} characters"
