"""The servers in containers of the official images, through testcontainers.

NYFIKEN_TEST_POSTGRES_IMAGE and NYFIKEN_TEST_KAFKA_IMAGE name other images.
"""

from __future__ import annotations

import contextlib
import io
import os
import secrets
import socket
import tarfile
from collections.abc import Iterator, Mapping

import docker
from docker.errors import DockerException
from testcontainers.community.postgres import PostgresContainer
from testcontainers.core.container import DockerContainer
from testcontainers.core.docker_client import DockerClient, get_docker_host
from testcontainers.core.wait_strategies import LogMessageWaitStrategy

from tests.servers.found import NoServer
from tests.servers.process import NotStarted

POSTGRES_IMAGE = os.environ.get("NYFIKEN_TEST_POSTGRES_IMAGE", "postgres:15")
KAFKA_IMAGE = os.environ.get("NYFIKEN_TEST_KAFKA_IMAGE", "apache/kafka:4.3.1")
_PORT = 9092
_BEGIN = "/tmp/begin"
_ALONE = {
    "CLUSTER_ID": "MkU3OEVBNTcwNTJENDM2Qg",
    "KAFKA_NODE_ID": "1",
    "KAFKA_PROCESS_ROLES": "broker,controller",
    "KAFKA_CONTROLLER_QUORUM_VOTERS": "1@localhost:9094",
    "KAFKA_CONTROLLER_LISTENER_NAMES": "CONTROLLER",
    "KAFKA_LISTENERS": f"CLIENTS://:{_PORT},INTERNAL://:9093,CONTROLLER://:9094",
    "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "CLIENTS:PLAINTEXT,INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "KAFKA_INTER_BROKER_LISTENER_NAME": "INTERNAL",
    "KAFKA_AUTO_CREATE_TOPICS_ENABLE": "false",
    "KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
    "KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS": "4",
    "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
    "KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1",
    "KAFKA_TRANSACTION_STATE_LOG_MIN_ISR": "1",
    "KAFKA_SHARE_COORDINATOR_STATE_TOPIC_REPLICATION_FACTOR": "1",
    "KAFKA_SHARE_COORDINATOR_STATE_TOPIC_MIN_ISR": "1",
}


def image_at_hand(image: str) -> str:
    """The name of an image that Docker has, pulled if need be; NoServer if there is no Docker or no such image."""
    client = daemon()
    try:
        if not client.images.list(image):
            client.images.pull(image)
    except DockerException as reason:
        raise NoServer(f"Docker has no image {image} and cannot pull it ({reason})") from reason
    finally:
        client.close()
    return image


def daemon() -> docker.DockerClient:
    """The Docker daemon, which answers; NoServer if there is none."""
    address = get_docker_host() or "unix:///var/run/docker.sock"
    if not _listens(address):
        raise NoServer(f"no Docker daemon listens on {address}")
    try:
        return DockerClient().client
    except DockerException as reason:
        raise NoServer(f"no Docker daemon answers on {address} ({reason})") from reason


def _listens(address: str) -> bool:
    """Asked first, for Docker's own client leaves a socket open where nobody listens."""
    if not address.startswith("unix://"):
        return True
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(address.removeprefix("unix://")) == 0


@contextlib.contextmanager
def _starting(image: str) -> Iterator[None]:
    try:
        yield
    except (DockerException, TimeoutError) as reason:
        raise NotStarted(f"Docker could not start {image} ({reason})") from reason


class DockerPostgres:
    """A PostgreSQL in a container; ``with`` starts it and removes it."""

    def __init__(self) -> None:
        image, password = image_at_hand(POSTGRES_IMAGE), secrets.token_hex(16)
        self._container = PostgresContainer(
            image, username="nyfiken", password=password, dbname="postgres", driver=None
        )
        self._container.with_command("postgres -c max_connections=200")

    @property
    def dsn(self) -> str:
        """Where its database ``postgres`` is, with the name and password of a superuser."""
        return self._container.get_connection_url()

    def __enter__(self) -> DockerPostgres:
        with _starting(POSTGRES_IMAGE):
            self._container.__enter__()  # not start(), which would leave behind what does not come up
        return self

    def __exit__(self, *_: object) -> None:
        self._container.stop()


class DockerKafka(DockerContainer):
    """A Kafka in a container; ``with`` starts it and removes it.

    A broker tells its clients where it is, which is known only once Docker has given the container a port of this
    machine: so the container waits for a script that says so.
    """

    def __init__(self) -> None:
        super().__init__(image_at_hand(KAFKA_IMAGE))
        self.with_exposed_ports(_PORT).with_envs(**_ALONE)
        self.with_command(["sh", "-c", f"until [ -f {_BEGIN}.done ]; do sleep 0.1; done; . {_BEGIN}"])

    def __enter__(self) -> DockerKafka:
        with _starting(KAFKA_IMAGE):
            return super().__enter__()

    def start(self) -> DockerKafka:
        """Start it and wait until it answers."""
        super().start()
        where = f"CLIENTS://{self.bootstrap_servers},INTERNAL://localhost:9093"
        script = f"export KAFKA_ADVERTISED_LISTENERS={where}\nexec /etc/kafka/docker/run\n"
        self.get_wrapped_container().put_archive("/", _archive(script.encode()))
        LogMessageWaitStrategy("Kafka Server started").with_startup_timeout(60).wait_until_ready(self)
        return self

    @property
    def bootstrap_servers(self) -> str:
        """Where clients find it."""
        return f"{self.get_container_host_ip()}:{self.get_exposed_port(_PORT)}"

    @property
    def client(self) -> Mapping[str, str]:
        """What any client of kafka-python needs to reach it."""
        return {"bootstrap_servers": self.bootstrap_servers}


def _archive(script: bytes) -> bytes:
    """The script, and after it, so that nobody reads half of it, the sign that it is there."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        entry = tarfile.TarInfo(_BEGIN.lstrip("/"))
        entry.size, entry.mode = len(script), 0o644
        tar.addfile(entry, io.BytesIO(script))
        tar.addfile(tarfile.TarInfo(f"{entry.name}.done"))
    return packed.getvalue()
