"""What the README says to type works as printed."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def lines_of_shell(platform):
    """The README's five lines, for this platform instead of the one at the usual ports."""
    (block,) = re.findall(r"```sh\n(TOKEN=.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    block = block.replace("nyfiken token", f"nyfiken token --data {platform.data}")
    for n in range(3):
        block = block.replace(f"localhost:{8081 + n}", f"localhost:{platform.port + n}")
    return block.splitlines()


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl here")
def test_the_lines_of_the_readme_are_answered(platform):
    token, *asked = lines_of_shell(platform)
    assert len(asked) == 5
    script = "\necho\n".join([token, *(line.replace("curl -s", "curl -sSf") for line in asked)])
    answer = subprocess.run(["bash", "-ec", script], cwd=ROOT, capture_output=True, text=True)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    board, submitted, *lists = (json.loads(line) for line in answer.stdout.splitlines() if line)
    assert submitted["version"] == 1
    assert all("items" in page for page in (board, *lists))
