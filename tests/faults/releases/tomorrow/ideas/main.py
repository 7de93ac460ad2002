"""The service ideas of tomorrow."""

from services.ideas.main import PROGRAM

__all__ = ["PROGRAM"]
