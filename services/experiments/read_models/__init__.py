"""What people ask of experiments and lessons: one module for each question, with its rows, its fold and its queries."""

from services.experiments.read_models.experiment_board import EXPERIMENT_BOARD
from services.experiments.read_models.failure_wall import FAILURE_WALL
from services.experiments.read_models.lesson_library import LESSON_LIBRARY

__all__ = ["EXPERIMENT_BOARD", "FAILURE_WALL", "LESSON_LIBRARY"]
