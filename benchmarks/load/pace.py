"""An open loop: a request is due every so many milliseconds, whatever became of those before."""

from __future__ import annotations

import dataclasses
import itertools
import random
from collections import deque
from collections.abc import Callable, Mapping, Sequence

from benchmarks.load.actions import Action
from benchmarks.load.asking import Answer, Ask
from benchmarks.load.personas import Persona
from benchmarks.load.visitor import Visitor


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Under:
    """An action that is under way, and what it asks next. ``who`` does it."""

    action: Action
    ask: Ask
    who: Visitor


def begun(action: Action, who: Visitor) -> Under | None:
    """An action that somebody begins; None where it asks nothing."""
    ask = next(action, None)
    return Under(action=action, ask=ask, who=who) if ask else None


def answered(under: Under, answer: Answer) -> Under | None:
    """The same action with what it asks next, after a good answer; None where it is over."""
    try:
        return dataclasses.replace(under, ask=under.action.send(answer))
    except StopIteration:
        return None


class OpenLoop:
    """Tells what is to be sent when. Those who send share one; it keeps nobody waiting.

    What follows on an answer takes the next moment that is due, so that the rate is that of requests.
    """

    def __init__(
        self,
        visitors: Sequence[tuple[Persona, Visitor]],
        actions: Mapping[str, Callable[[Visitor], Action]],
        *,
        rate: float,
        seconds: float,
        began: float,
        chance: random.Random,
    ) -> None:
        self._visitors = visitors
        self._paces = list(itertools.accumulate(persona.pace for persona, _ in visitors))
        self._actions = actions
        self._rate, self._began, self._chance = rate, began, chance
        self._left = iter(range(int(rate * seconds)))
        self._going_on: deque[Under] = deque()

    def due(self) -> float | None:
        """When the next request is due, in seconds of the clock that it began by; None when all were."""
        number = next(self._left, None)
        return None if number is None else self._began + number / self._rate

    def next(self) -> Under:
        """What to ask now: what follows on an answer, or something new."""
        if self._going_on:
            return self._going_on.popleft()
        while True:
            persona, visitor = self._chance.choices(self._visitors, cum_weights=self._paces)[0]
            (name,) = self._chance.choices(list(persona.does), list(persona.does.values()))
            if under := begun(self._actions[name](visitor), visitor):
                return under

    def goes_on(self, under: Under, answer: Answer) -> None:
        """After a good answer: there may be more to ask."""
        if following := answered(under, answer):
            self._going_on.append(following)
