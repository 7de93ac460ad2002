"""Who waits for an answer to being forgotten?"""

from __future__ import annotations

from datetime import datetime

from chassis.processing.read_model import ReadModel, indexed, key, one_subject, row
from chassis.recorded import Recorded
from contracts.notifications import ErasureDeclined, ErasureRequested, PersonErased


@row
class ErasureWanted:
    """Somebody who asked, and was not answered yet."""

    person_id: str = key()
    requested_at: datetime = indexed()


def onto_erasure_requests(wanted: ErasureWanted | None, recorded: Recorded, key: str) -> ErasureWanted | None:
    """There from the request to the answer."""
    if isinstance(recorded.event, ErasureRequested):
        return ErasureWanted(person_id=key, requested_at=recorded.recorded_at)
    return None


ERASURE_REQUESTS = ReadModel(
    name="erasure_requests",
    version=1,
    row=ErasureWanted,
    sources=("notifications",),
    on=(ErasureRequested, ErasureDeclined, PersonErased),
    keys=one_subject,
    fold=onto_erasure_requests,
)
