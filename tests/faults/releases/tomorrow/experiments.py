"""The service experiments of tomorrow: as today's, and its database is that of tomorrow."""

from services.experiments.main import PROGRAM

__all__ = ["PROGRAM"]
