"""The release that comes next: what of it is not as today takes the place of that, before a service is imported.

Of a comment it is recorded where it was written, and the board counts by that. Of a command and of a worker it is kept
by which release they were carried out and run: for that the databases are a step further.
"""

from tests.faults.releases.tomorrow import comments, kept

__all__ = ["comments", "kept"]
