"""How long a fault lasts: a little each time, longer when it is asked for."""

import os

USUAL = 10.0
SECONDS = float(os.environ.get("NYFIKEN_FAULT_SECONDS", USUAL))
"""Of each fault."""
LONGER = max(1.0, SECONDS / USUAL)
"""How much longer than usual."""
