"""The service that counts, as a process finds it."""

from tests.chassis.made_up import COUNTS as PROGRAM

__all__ = ["PROGRAM"]
