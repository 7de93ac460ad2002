"""The demo's story, and an analyst who runs ``nyfiken history`` on what it leaves; for the journeys about history."""

import json
import os
import re
import subprocess
import sys
from subprocess import PIPE, STDOUT

from contracts.event import converter
from tests.platform import ROOT


class Analyst:
    """Runs ``nyfiken history``; gives the exit code and what was said."""

    def __init__(self, platform):
        self._platform = platform

    def __call__(self, command, *arguments, role="analyst"):
        process = self.start(command, *arguments, role=role)
        told, _ = process.communicate()
        return process.returncode, told

    def start(self, command, *arguments, role="analyst"):
        environment = os.environ | {"PYTHONPATH": str(ROOT), "NYFIKEN_TOKEN": self._platform.token("analys", role)}
        told = [sys.executable, "-m", "nyfiken", "history", command, *map(str, arguments)]
        if command == "pull":
            told += _places(self._platform)
        return subprocess.Popen(told, env=environment, stdout=PIPE, stderr=STDOUT, text=True)


def tell_the_story(platform):
    """The whole of it: an idea, an experiment that fails, its lesson, and somebody who finds that."""
    told = [sys.executable, "-m", "nyfiken", "demo", "--data", str(platform.data), *_places(platform)]
    subprocess.run(told, env=os.environ | {"PYTHONPATH": str(ROOT)}, check=True, capture_output=True)


def nameless(value):
    """A row, or a part of it, but for who it was: a file has other names for people than a service, and its texts that
    are personal are in none."""
    text = re.sub(r'"[0-9a-f]{32}"|"hidden"', '"somebody"', converter.dumps(value).decode())
    return json.loads(re.sub(r'{"sealed":"[^"]*"}', "null", text))


def _places(platform):
    return [f"--at={service}={url}" for service, url in platform.urls.items()]
