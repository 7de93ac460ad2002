"""How long a fault lasts: a little each time, longer when it is asked for."""

import os

import pytest

USUAL = 5.0
SECONDS = float(os.environ.get("NYFIKEN_FAULT_SECONDS", USUAL))
"""Of each fault."""
LONGER = max(1.0, SECONDS / USUAL)
"""How much longer than usual."""
longer = pytest.mark.skipif(LONGER <= 1, reason="takes a minute; make faults asks for it")
"""Of tests for which there is no time whenever something changes."""
