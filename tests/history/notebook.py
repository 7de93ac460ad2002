"""The analysts' notebook, run from its first cell to its last in a process of its own, over a city's made-up years.

`make notebook` writes down its answers again.
"""

import os
import tempfile
from pathlib import Path

import nbformat
from jupyter_client import AsyncKernelManager
from nbclient import NotebookClient

from tests.history.origins import pulled_city

ROOT = Path(__file__).parents[2]
NOTEBOOK = ROOT / "docs" / "analysts.ipynb"
EVENTS = 12_000
SECONDS = 60
"""The longest that a cell may take."""


def written():
    """The notebook as it lies there."""
    return nbformat.read(NOTEBOOK, as_version=nbformat.NO_CONVERT)


def answered(folder):
    """The notebook with the answers that it gives now; a cell that raises, raises CellExecutionError."""
    notebook = written()
    environment = os.environ | {
        "NYFIKEN_HISTORY": str(pulled_city(folder / "history", EVENTS)),
        "PYTHONPATH": str(ROOT),
        "IPYTHONDIR": str(folder / "ipython"),
    }
    files = folder / "kernel.json"  # it talks through files beside this one: nothing listens on a port
    kernel = AsyncKernelManager(kernel_name="python3", transport="ipc", connection_file=str(files))
    client = NotebookClient(notebook, km=kernel, timeout=SECONDS, record_timing=False)
    client.execute(env=environment, cwd=str(folder), cleanup_kc=True)
    notebook.metadata.language_info = {"name": "python"}  # of whatever version
    return notebook


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        nbformat.write(answered(Path(folder)), NOTEBOOK)
