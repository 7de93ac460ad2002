"""How this service answers what happens: people follow by themselves, and are told."""

from services.notifications.reactions.concerned import TELL_THOSE_CONCERNED
from services.notifications.reactions.followers import TELL_FOLLOWERS
from services.notifications.reactions.following import FOLLOW_BY_THEMSELVES
from services.notifications.reactions.forgetting import FORGET_PEOPLE

REACTIONS = (FOLLOW_BY_THEMSELVES, TELL_FOLLOWERS, TELL_THOSE_CONCERNED)

__all__ = ["FOLLOW_BY_THEMSELVES", "FORGET_PEOPLE", "REACTIONS", "TELL_FOLLOWERS", "TELL_THOSE_CONCERNED"]
