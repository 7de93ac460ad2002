"""The image, built as anybody builds it, and what is run of it, by Docker's own command."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

from tests.servers.docker import KAFKA_IMAGE, POSTGRES_IMAGE
from tests.servers.found import NoServer

ROOT = Path(__file__).parents[2]
IMAGE, BASE = "nyfiken:test", "python:3.11-slim-bookworm"
HARDENED = (
    "--read-only",
    "--user=10001:10001",
    "--cap-drop=ALL",
    "--security-opt=no-new-privileges",
    "--tmpfs=/data:uid=10001,gid=10001,mode=0700",
)
BUILD_SECONDS = 500


def docker(*arguments, timeout=60):
    """What it prints; raises CalledProcessError."""
    return subprocess.run(
        ["docker", *arguments], cwd=ROOT, check=True, capture_output=True, text=True, timeout=timeout
    ).stdout.strip()


def build():
    """The image, of the Dockerfile as it is."""
    file = str(ROOT / "deploy" / "docker" / "Dockerfile")
    docker("build", "--network=host", f"--file={file}", f"--tag={IMAGE}", ".", timeout=BUILD_SECONDS)


def inspect(what):
    return json.loads(docker("inspect", what))[0]


class Container:
    """One that runs in the background; ``with`` removes it."""

    def __init__(self, *arguments, **settings):
        told = [f"--env=NYFIKEN_{name.upper()}={value}" for name, value in settings.items()]
        ports = ["--publish=127.0.0.1::8080", "--publish=127.0.0.1::8081"]
        self.id = docker("run", "--detach", *HARDENED, *ports, *told, IMAGE, *arguments)

    def url(self, port):
        return f"http://{docker('port', self.id, str(port)).splitlines()[0]}"

    def run(self, *command):
        return docker("exec", self.id, *command)

    def said(self):
        done = subprocess.run(["docker", "logs", self.id], capture_output=True, text=True, timeout=60, check=True)
        return done.stdout + done.stderr

    def ended(self):
        """Its exit code, once it has ended by itself."""
        return int(docker("wait", self.id))

    def stop(self):
        docker("stop", "--time=10", self.id)
        return self.ended()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        docker("rm", "--force", "--volumes", self.id)


class Compose:
    """The compose file as a project of its own; ``with`` removes what it has made."""

    def __init__(self, **settings):
        self._project = f"nyfiken-test-{os.getpid()}"
        servers = {"NYFIKEN_POSTGRES_IMAGE": POSTGRES_IMAGE, "NYFIKEN_KAFKA_IMAGE": KAFKA_IMAGE}
        self._environment = {**os.environ, **servers, "NYFIKEN_IMAGE": IMAGE, **settings}
        self._command = _compose()

    def __call__(self, *arguments, timeout=240):
        file = str(ROOT / "deploy" / "compose.yaml")
        command = [*self._command, "--file", file, "--project-name", self._project, "--profile", "demo", *arguments]
        done = subprocess.run(command, env=self._environment, capture_output=True, text=True, timeout=timeout)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def container(self, service):
        return inspect(self("ps", "--quiet", service).strip())

    def said(self, service):
        return self("logs", "--no-color", service)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self("down", "--volumes", "--timeout", "1")


def _compose():
    """The command that Docker has, or the older one of its own; NoServer if there is neither."""
    if subprocess.run(["docker", "compose", "version"], capture_output=True).returncode == 0:
        return ["docker", "compose"]
    if found := shutil.which("docker-compose"):
        return [found]
    raise NoServer("neither docker compose nor docker-compose is here")
