"""What is durable: a file is there after a power cut only when its folder is, too."""

from __future__ import annotations

import os
from pathlib import Path


def sync(folder: Path) -> None:
    """Make the names in a folder durable: of files that were made, renamed or removed."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
