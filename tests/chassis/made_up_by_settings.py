"""The service that counts, as a process finds it whose environment says where its history is."""

from tests.chassis.made_up import BY_SETTINGS_ALONE as PROGRAM

__all__ = ["PROGRAM"]
