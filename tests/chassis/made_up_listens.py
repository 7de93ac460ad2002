"""The service that listens, as a process finds it."""

from tests.chassis.made_up import LISTENS as PROGRAM

__all__ = ["PROGRAM"]
