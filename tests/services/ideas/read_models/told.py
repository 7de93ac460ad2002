"""Events of ideas, made short."""

from contracts.ideas import IdeaSubmitted, Mandate
from contracts.values import Author

VIDEO, GARDEN, BIKES = (f"00000000-0000-4000-8000-00000000000{n}" for n in (1, 2, 3))
CHALLENGE, OTHER_CHALLENGE = (f"00000000-0000-4000-8000-0000000000c{n}" for n in (1, 2))
WORKSHOP = "00000000-0000-4000-8000-0000000000a1"
TRIAL, OTHER_TRIAL = (f"00000000-0000-4000-8000-0000000000e{n}" for n in (1, 2))
LESSON, OTHER_LESSON = (f"00000000-0000-4000-8000-0000000000b{n}" for n in (1, 2))
COMMENT = "00000000-0000-4000-8000-0000000000d1"

ANNA, KARIN, OLLE, DECIDER, COACH = "p-anna", "p-karin", "p-olle", "p-decider", "p-coach"
AUTHOR = Author(kind="employee", person_id=ANNA)
MANDATE = Mandate(decided_by=DECIDER, decided_as="decider", for_unit="vof-hemvard")


def submitted(idea_id=VIDEO, **changed):
    said = {
        "title": "Videosamtal i stället för hembesök",
        "what": "En kort stund framför skärmen, flera gånger om dagen.",
        "unit": "vof-hemvard",
        "tags": ("Hemtjänst", "digitalt"),
        "author": AUTHOR,
        "recorded_by": ANNA,
    }
    return IdeaSubmitted(idea_id=idea_id, **{**said, **changed})
