"""notifications with a fault: the rule that tells followers cannot take that a review is started."""

import dataclasses

from contracts.ideas import ReviewStarted
from services.notifications import main
from services.notifications.reactions import TELL_FOLLOWERS


def then(recorded, memory):
    if isinstance(recorded.event, ReviewStarted):
        raise ValueError("a rule that cannot")
    yield from TELL_FOLLOWERS.then(recorded, memory)


POISONED = dataclasses.replace(TELL_FOLLOWERS, then=then)
RULES = tuple(POISONED if rule is TELL_FOLLOWERS else rule for rule in main.SERVICE.reactions)
PROGRAM = dataclasses.replace(main.PROGRAM, service=dataclasses.replace(main.SERVICE, reactions=RULES))
