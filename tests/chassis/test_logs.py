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


def logged(source, *, fails=False):
    """The lines that a process logs."""
    ran = subprocess.run([sys.executable, "-c", START + source], capture_output=True, text=True)
    assert (ran.stderr, ran.returncode) == ("", int(fails))
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


@pytest.mark.parametrize(
    ("source", "thread"),
    [
        ("def fail():\n    raise ValueError('what Anna Andersson wrote')\nfail()", None),
        (
            "import threading\ndef fail():\n    raise ValueError('what Anna Andersson wrote')\n"
            "threading.Thread(target=fail, name='read-ideas').start()",
            "read-ideas",
        ),
    ],
)
def test_what_nobody_catches_is_told_the_same_way(source, thread):
    (line,) = logged(source, fails=thread is None)
    assert (line["event"], line["level"], line.get("thread")) == ("uncaught", "critical", thread)
    assert line["error"].startswith("ValueError in <string>:")
    assert line["way"][-1].endswith(" fail")
    assert "Anna" not in json.dumps(line)


def test_a_module_that_is_not_there_is_named():
    (line,) = logged("import nowhere", fails=True)
    assert line["reason"] == "No module named 'nowhere'"
