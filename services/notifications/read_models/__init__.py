"""What this service's queries read."""

from services.notifications.read_models.erasure_requests import ERASURE_REQUESTS
from services.notifications.read_models.inbox import INBOX
from services.notifications.read_models.titles import TITLES

READ_MODELS = (INBOX, TITLES, ERASURE_REQUESTS)

__all__ = ["ERASURE_REQUESTS", "INBOX", "READ_MODELS", "TITLES"]
