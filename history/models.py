"""The read models that can be replayed: the services' own, from their own modules. The inbox is its owner's."""

from collections.abc import Mapping
from typing import Any

from chassis.processing.read_model import ReadModel
from history.errors import HistoryError
from services.experiments.read_models import EXPERIMENT_BOARD, FAILURE_WALL, LESSON_LIBRARY
from services.ideas.read_models import CHALLENGE_OVERVIEW, CHALLENGE_PARTS, IDEA_BOARD, IDEA_STORY, TRIED_BEFORE

MODELS: Mapping[str, ReadModel[Any]] = {
    model.name: model
    for model in (
        *(IDEA_BOARD, IDEA_STORY, TRIED_BEFORE, CHALLENGE_OVERVIEW, CHALLENGE_PARTS),
        *(EXPERIMENT_BOARD, FAILURE_WALL, LESSON_LIBRARY),
    )
}
"""By name."""


def model_named(name: str) -> ReadModel[Any]:
    """One of them. Raises HistoryError for an unknown name."""
    if (model := MODELS.get(name)) is None:
        raise HistoryError(f"{name}: is no read model; there are {', '.join(sorted(MODELS))}")
    return model
