"""What is around a process: room on the disk, and who collects its spans."""

from __future__ import annotations

import shutil
from pathlib import Path

import httpx

from chassis.logs import without_login
from chassis.settings import Traces
from nyfiken.findings import Wrong

_MEGABYTE = 2**20
_FOR_FIGURES, _FOR_HISTORIES = 10, 500
"""Megabytes that must be free."""
_PATIENCE = 3.0
"""Seconds in which a collector must answer."""


def room_in(data: Path, *, has_histories: bool) -> str:
    """How much room is left there, or where it will be made. Raises Wrong."""
    there = next(folder for folder in (data, *data.parents) if folder.is_dir())
    free, least = shutil.disk_usage(there).free // _MEGABYTE, _FOR_HISTORIES if has_histories else _FOR_FIGURES
    if free < least:
        raise Wrong(f"{free:,} MB are free in {there}, {least} are needed; make room, or name another: NYFIKEN_DATA")
    return f"{free:,} MB are free in {there}"


def collecting(traces: Traces) -> str:
    """Whether somebody takes spans there: asked with none. Raises Wrong."""
    where, kind = without_login(traces.address), {"Content-Type": "application/x-protobuf"}
    try:
        answer = httpx.post(traces.address, content=b"", headers=kind, timeout=_PATIENCE, trust_env=False)
    except httpx.TransportError as error:
        told = f"{type(error).__name__} ({error})"
    else:
        if answer.is_success:
            return f"{where}, of {traces.share:.0%} of the requests"
        told = f"answered {answer.status_code}"
    raise Wrong(f"{where}: {told}; is NYFIKEN_TRACES right? As a rule it ends with /v1/traces")
