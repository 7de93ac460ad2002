"""Logs are JSON lines, whoever writes them, and never say what somebody wrote."""

import json
import subprocess
import sys

import pytest

START = """
import logging, structlog
from chassis import logs
logs.configure("info", service="ideas", process="web")
"""


def logged(source):
    """The lines that a process logs."""
    ran = subprocess.run([sys.executable, "-c", START + source], capture_output=True, text=True, check=True)
    assert ran.stderr == ""
    return [json.loads(line) for line in ran.stdout.splitlines()]


def test_a_line_says_what_where_and_when():
    (line,) = logged('structlog.get_logger("web").info("request", route="/ideas", status=200)')
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "service": "ideas", "process": "web", "level": "info", "event": "request", "route": "/ideas", "status": 200
    }  # fmt: skip


def test_libraries_log_the_same_way():
    (line,) = logged('logging.getLogger("gunicorn.error").info("Listening at: %s", "somewhere")')
    assert (line["service"], line["logger"], line["event"]) == ("ideas", "gunicorn.error", "Listening at: somewhere")


def test_below_the_level_nothing_is_said():
    assert logged('structlog.get_logger().debug("detail"); logging.getLogger("any").debug("detail")') == []


@pytest.mark.parametrize("log", ["structlog.get_logger()", "logging"])
def test_an_error_is_told_by_its_place_and_never_by_its_message(log):
    (line,) = logged(f"""
try:
    raise ValueError("what Anna Andersson wrote")
except ValueError:
    {log}.exception("failed")
""")
    assert line["error"] == "ValueError in <string>:7 <module>"
    assert "Anna" not in json.dumps(line)
