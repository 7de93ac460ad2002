"""An Apache Kafka of our own, from its Maven artifacts and the Java of this machine: one node that is all of it."""

from __future__ import annotations

import base64
import dataclasses
import fcntl
import re
import secrets
import shutil
import signal
import subprocess
import sys
import uuid
from collections.abc import Mapping
from pathlib import Path

from kafka.admin import KafkaAdminClient
from kafka.errors import KafkaError

from tests.servers.certificates import certificates
from tests.servers.process import HOST, NotStarted, Process, free_port, is_free

VERSION = "4.3.1"
OLDEST_JAVA = 17
HERE = Path(__file__).parent
KEPT = HERE.parents[1] / ".servers"
"""Where what was downloaded stays; not committed."""
JARS = KEPT / f"kafka-{VERSION}"
_JAVA = [
    "-Xms256m",
    "-Xmx512m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
]  # starts sooner, and is one of many here
_ALONE = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "INTERNAL",
    # A broker that was killed may come back when its last sign of life is this old.
    "broker.session.timeout.ms": "3000",
    "broker.heartbeat.interval.ms": "500",
    "auto.create.topics.enable": "false",
    "group.initial.rebalance.delay.ms": "0",
    "offsets.topic.num.partitions": "4",
    "offsets.topic.replication.factor": "1",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
}

_GUARDED = {
    "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
    "super.users": "User:ANONYMOUS",
}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """Who a client has to be: mechanism PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512, user and password."""

    mechanism: str = "SCRAM-SHA-256"
    username: str = "nyfiken"
    password: str = dataclasses.field(default_factory=lambda: secrets.token_hex(16), repr=False)


class Kafka:
    """A broker to start, stop, kill and start again, on the same port with the same data; ``with`` removes it all."""

    def __init__(
        self,
        folder: Path | None = None,
        port: int | None = None,
        login: Login | None = None,
        *,
        encrypted: bool = False,
        guarded: bool = False,
    ) -> None:
        jars = downloaded()
        logging = f"-Dlog4j2.configurationFile=file:{HERE / 'log4j2.properties'}"
        self._java = [java(), *_JAVA, logging, "-cp", f"{jars}/*"]
        self._process = Process("kafka", folder, ends_by=signal.SIGTERM)
        self.port, self.login = port or free_port(), login
        self._inner_ports = free_port(), free_port()
        self._certificates = certificates(self.folder) if encrypted else None
        self._guarded = guarded

    @property
    def bootstrap_servers(self) -> str:
        """Where clients find it."""
        return f"{HOST}:{self.port}"

    @property
    def client(self) -> Mapping[str, str]:
        """What any client of kafka-python needs to reach it."""
        needed = {"bootstrap_servers": self.bootstrap_servers, "security_protocol": self._protocol}
        if self.login:
            needed |= {
                "sasl_mechanism": self.login.mechanism,
                "sasl_plain_username": self.login.username,
                "sasl_plain_password": self.login.password,
            }
        if files := self._certificates:
            certificate = {"ssl_certfile": str(files.client), "ssl_keyfile": str(files.client_key)}
            needed |= {"ssl_cafile": str(files.authority)} | certificate
        return needed

    @property
    def superuser(self) -> Mapping[str, str]:
        """The same for who may do everything, where it is ``guarded``: there others may do what they are let."""
        return {"bootstrap_servers": f"{HOST}:{self._inner_ports[0]}", "security_protocol": "PLAINTEXT"}

    @property
    def pid(self) -> int | None:
        """Of its process, while it runs."""
        return self._process.pid

    @property
    def folder(self) -> Path:
        """Of all that it has."""
        return self._process.folder

    def start(self) -> Kafka:
        """Start it, without topics if it is new, and wait until it answers."""
        self._settings.write_text("".join(f"{name}={value}\n" for name, value in self._configured().items()))
        if not (self._data / "meta.properties").exists():
            self._format()
        self._process.start([*self._java, "kafka.Kafka", str(self._settings)], self._answers)
        return self

    def stop(self) -> None:
        """End it in order; what it has stays."""
        self._process.stop()

    def restart(self) -> Kafka:
        """Stop it and start it again."""
        self.stop()
        return self.start()

    def kill(self) -> None:
        """End it at once, with ``kill -9``; what it has stays."""
        self._process.kill()

    def close(self) -> None:
        """End it and remove what it had, unless its folder was given."""
        self._process.close()

    def __enter__(self) -> Kafka:
        try:
            return self.start()
        except BaseException:
            self.close()
            raise

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    @property
    def _settings(self) -> Path:
        return self.folder / "server.properties"

    def _configured(self) -> Mapping[str, str]:
        internal, controller = (f"{HOST}:{port}" for port in self._inner_ports)
        clients = f"CLIENTS://{self.bootstrap_servers},INTERNAL://{internal}"
        where = {
            "log.dirs": str(self._data),
            "listeners": f"{clients},CONTROLLER://{controller}",
            "advertised.listeners": clients,
            "controller.quorum.bootstrap.servers": controller,
            "listener.security.protocol.map": f"CLIENTS:{self._protocol},INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT",
        }
        return _ALONE | where | self._asks_for_login() | self._encrypts() | (_GUARDED if self._guarded else {})

    @property
    def _protocol(self) -> str:
        return ("SASL_" if self.login else "") + ("SSL" if self._certificates else "PLAINTEXT")

    def _encrypts(self) -> Mapping[str, str]:
        """With certificates on both sides."""
        if self._certificates is None:
            return {}
        files = {"keystore": self._certificates.server, "truststore": self._certificates.authority}
        settings = {f"ssl.{store}.location": str(file) for store, file in files.items()}
        settings |= {f"ssl.{store}.type": "PEM" for store in files} | {"ssl.client.auth": "required"}
        return {f"listener.name.clients.{name}": value for name, value in settings.items()}

    def _asks_for_login(self) -> Mapping[str, str]:
        if self.login is None:
            return {}
        of, mechanism = "listener.name.clients", self.login.mechanism
        security = "org.apache.kafka.common.security"
        module = f'{security}.plain.PlainLoginModule required user_{self.login.username}="{self.login.password}";'
        if mechanism != "PLAIN":
            module = f"{security}.scram.ScramLoginModule required;"  # the user is stored when the data is formatted
        return {f"{of}.sasl.enabled.mechanisms": mechanism, f"{of}.{mechanism.lower()}.sasl.jaas.config": module}

    def _format(self) -> None:
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        # One word, for an id that begins with a dash is none.
        command = ["kafka.tools.StorageTool", "format", f"--cluster-id={cluster}", "--standalone"]
        command += ["-c", str(self._settings)]
        if self.login and self.login.mechanism != "PLAIN":
            who = f"[name={self.login.username},password={self.login.password}]"
            command += ["--add-scram", f"{self.login.mechanism}={who}"]
        self._process.run([*self._java, *command])

    def _answers(self) -> bool:
        if is_free(self.port):
            return False
        try:  # one client, which asks until it is answered: each that gives up leaves a thread behind
            with KafkaAdminClient(**self.client, bootstrap_timeout_ms=10_000, reconnect_backoff_max_ms=100) as admin:
                return bool(admin.describe_cluster()["brokers"])
        except KafkaError:
            return False


def java() -> str:
    """The program java, 17 or later; FileNotFoundError if it is not here."""
    found = shutil.which("java")
    if found is None or _java_version(found) < OLDEST_JAVA:
        raise FileNotFoundError(f"no java of version {OLDEST_JAVA} (Debian: apt-get install default-jre-headless)")
    return found


def _java_version(program: str) -> int:
    said = subprocess.run([program, "-version"], capture_output=True, text=True, check=True).stderr
    found = re.search(r'version "(\d+)', said)
    return int(found[1]) if found else 0


def downloaded() -> Path:
    """The folder of Kafka's jars, fetched with Maven the first time; FileNotFoundError where there is no Maven."""
    if JARS.exists():
        return JARS
    KEPT.mkdir(exist_ok=True)
    with JARS.with_name(f"{JARS.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # somebody else may be at it: then this waits, and finds them there
        if not JARS.exists():
            _download()
    return JARS


def _download() -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise FileNotFoundError("no Maven to fetch Kafka with (Debian: apt-get install maven)")
    print(f"Fetching Apache Kafka {VERSION} with Maven, once, into {JARS} …", file=sys.stderr, flush=True)
    partial = JARS.with_name(f"{JARS.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    where = [f"-DoutputDirectory={partial}", "-DincludeScope=runtime"]
    command = [maven, "-q", "-B", "-f", str(HERE / "pom.xml"), "dependency:copy-dependencies", *where]
    ran = subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if ran.returncode:
        raise NotStarted(f"Maven could not fetch Kafka:\n{ran.stdout}")
    partial.rename(JARS)
