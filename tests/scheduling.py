"""Which tests run one after the other in the same process: those of a file, and those that share a platform."""

from xdist.scheduler import LoadFileScheduling

_RACES = ("racing", "rebuilding", "repeating")
_ON_A_PLATFORM = ("tests/journeys/", *(f"tests/faults/test_{name}" for name in _RACES))
_STACKS = ("embedded", "servers")


class ByFileAndPlatform(LoadFileScheduling):
    """A file each; but what needs the platform of all journeys comes stack by stack, whatever file it is in.

    A platform takes seconds to start, on two processors that have enough to do.
    """

    def _split_scope(self, nodeid):
        file = super()._split_scope(nodeid)
        if file.startswith(_ON_A_PLATFORM):
            for stack in _STACKS:
                if f"[{stack}" in nodeid:
                    return f"on {stack}"
        return file
