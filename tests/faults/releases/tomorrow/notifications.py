"""The service notifications of tomorrow: as today's, and it knows what ideas records then."""

from services.notifications.main import PROGRAM

__all__ = ["PROGRAM"]
