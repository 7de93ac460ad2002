"""A small history with known answers, told day by day; and what it says, event by event, where a test needs another."""

from datetime import UTC, date, datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from chassis.recorded import Metadata, Position, Recorded
from contracts.event import encode
from contracts.experiments import (
    Criterion,
    ExperimentDrafted,
    ExperimentFailed,
    ExperimentReopened,
    ExperimentStarted,
    ExperimentSucceeded,
    Follows,
    LessonAttached,
)
from contracts.ideas import IdeaDeclined, IdeaSubmitted, LessonBuiltUpon, SimilarChecked
from contracts.lessons import LessonApplied, LessonCited, LessonRecorded
from contracts.values import Author, Mandate
from history.folder import Folder
from tests.history.origins import Origin, pull

BEGAN = datetime(2026, 1, 1, 12, tzinfo=UTC)
SOMEBODY = "4c1029697ee358715d3a14a2add817c4"
AUTHOR = Author(kind="employee", person_id=SOMEBODY)
GOAL = Criterion(id="goal", metric="Andel", unit_of_measure="%", direction="at_least", threshold="50")
_SERVICES = {"idea": "ideas", "experiment": "experiments", "lesson": "experiments"}


def uuid(name):
    """Always the same for the same name."""
    return str(uuid5(NAMESPACE_URL, name))


def after(days):
    """A moment of the story."""
    return BEGAN + timedelta(days=days)


class Story:
    """Events of ideas and experiments, in the order in which they are told."""

    def __init__(self):
        self.told = {"ideas": [], "experiments": []}
        self._versions = {}

    def tell(self, day, stream, happening, occurred=None):
        """Something is recorded on a day; it happened then, or on an earlier one."""
        service = _SERVICES[stream.partition("-")[0]]
        self._versions[stream] = self._versions.get(stream, 0) + 1
        name, data, _ = encode(happening)
        position = len(self.told[service]) + 1
        self.told[service].append(
            Recorded(
                id=uuid(f"{service}-{position}"),
                service=service,
                partition=0,
                position=position,
                stream=stream,
                version=self._versions[stream],
                type=name,
                data=data,
                metadata=Metadata(by=SOMEBODY),
                recorded_at=after(day),
                occurred_at=None if occurred is None else after(occurred),
            )
        )

    def withheld(self, service):
        """Something that an analyst may not see."""
        self.told[service].append(Position(service, 0, len(self.told[service]) + 1))

    def idea(self, day, name, unit, title="En idé", shown=(), occurred=None):
        checked = SimilarChecked(shown=tuple(shown)) if shown else None
        self.tell(
            *(day, f"idea-{uuid(name)}"),
            IdeaSubmitted(
                idea_id=uuid(name),
                title=title,
                what="Något nytt.",
                unit=unit,
                author=AUTHOR,
                similar_checked=checked,
                recorded_by=SOMEBODY,
            ),
            occurred=occurred,
        )

    def declined(self, day, name, unit, code):
        mandate = Mandate(decided_by=SOMEBODY, decided_as="decider", for_unit=unit)
        happening = IdeaDeclined(idea_id=uuid(name), unit=unit, reason_code=code, reason="Så är det.", mandate=mandate)
        self.tell(day, f"idea-{uuid(name)}", happening)

    def experiment(self, day, name, unit, *ideas, title="Ett test", follows=None, ends_on=None, language="sv"):
        """It is planned and starts."""
        drafted = ExperimentDrafted(
            **self._of(name, unit, ideas, title),
            owner=SOMEBODY,
            follows=follows and Follows(experiment_id=uuid(follows), how="iterate"),
            ends_on=ends_on,
            language=language,
            drafted_by=SOMEBODY,
        )
        started = ExperimentStarted(
            **self._of(name, unit, ideas, title),
            hypothesis="Det går.",
            criteria=(GOAL,),
            criteria_hash="0",
            owner=SOMEBODY,
            started_by=SOMEBODY,
        )
        self.tell(day, f"experiment-{uuid(name)}", drafted)
        self.tell(day, f"experiment-{uuid(name)}", started)

    def concluded(self, day, name, unit, *ideas, kind=ExperimentFailed, title="Ett test", **more):
        happening = kind(
            **self._of(name, unit, ideas, title),
            hypothesis="Det går.",
            evidence_level="moderate",
            owner=SOMEBODY,
            concluded_by=SOMEBODY,
            **more,
        )
        self.tell(day, f"experiment-{uuid(name)}", happening)

    def reopened(self, day, name, unit, *ideas):
        happening = ExperimentReopened(
            **self._of(name, unit, ideas, "Ett test"),
            reason="Vi mätte fel.",
            previous_outcome="failed",
            leads_to="awaiting_conclusion",
            reopened_by=SOMEBODY,
        )
        self.tell(day, f"experiment-{uuid(name)}", happening)

    def lesson(self, day, name, unit, experiment, statement="Fråga först."):
        """It is written down, and attached to the experiment that it was learned from."""
        recorded = LessonRecorded(
            lesson_id=uuid(name),
            experiment_ids=(uuid(experiment),),
            unit=unit,
            statement=statement,
            author=AUTHOR,
            recorded_by=SOMEBODY,
        )
        attached = LessonAttached(**self._of(experiment, unit, (), "Ett test"), lesson_id=uuid(name))
        self.tell(day, f"lesson-{uuid(name)}", recorded)
        self.tell(day, f"experiment-{uuid(experiment)}", attached)

    def cited(self, day, lesson, unit, idea, idea_unit):
        """An idea builds on a lesson."""
        built = LessonBuiltUpon(idea_id=uuid(idea), unit=idea_unit, lesson_id=uuid(lesson), how="Så.", said_by=SOMEBODY)
        self.tell(day, f"idea-{uuid(idea)}", built)
        cited = LessonCited(lesson_id=uuid(lesson), unit=unit, by=uuid(idea), how="Så.")
        self.tell(day, f"lesson-{uuid(lesson)}", cited)

    def applied(self, day, lesson, unit, where):
        happening = LessonApplied(
            lesson_id=uuid(lesson),
            unit=unit,
            application_id=uuid(f"{lesson}-{day}"),
            where=where,
            what_changed="Vi frågar först.",
            applied_by=SOMEBODY,
        )
        self.tell(day, f"lesson-{uuid(lesson)}", happening)

    def pulled(self, path):
        """The folder that an analyst has of it."""
        pull(Folder(path), *(Origin(service, {0: told}) for service, told in self.told.items()))
        return path

    def _of(self, name, unit, ideas, title):
        return {"experiment_id": uuid(name), "idea_ids": tuple(map(uuid, ideas)), "unit": unit, "title": title}


def of_a_year(title="Videosamtal"):
    """Seven ideas, five tests, two lessons.

    ``first`` failed and left a lesson that others use; ``again`` goes on from it and held; ``elsewhere`` builds on its
    lesson and failed as well; ``late`` goes on after its last day; ``seventh`` was concluded and waits for its lesson.
    """
    story = Story()
    for day, name, unit in ((0, "one", "vof-hemvard"), (1, "two", "sof"), (2, "three", "vof"), (3, "four", "suf")):
        story.idea(day, name, unit)
    story.idea(4, "five", "kuf", occurred=-30)
    story.idea(5, "six", "kuf")
    story.declined(6, "four", "suf", "tried_before")
    story.declined(7, "six", "kuf", "out_of_scope")
    story.experiment(10, "first", "vof-hemvard", "one", title=title)
    story.withheld("experiments")
    story.concluded(40, "first", "vof-hemvard", "one", title=title)
    story.lesson(50, "asked", "vof-hemvard", "first", statement="Fråga först.")
    story.cited(60, "asked", "vof-hemvard", "two", "sof")
    story.experiment(70, "again", "vof-hemvard", "one", title="En gång till", follows="first")
    story.experiment(80, "elsewhere", "sof", "two", title="Någon annanstans", language="en")
    story.experiment(90, "late", "vof", "three", ends_on=date(2026, 5, 1))
    story.applied(95, "asked", "vof-hemvard", "Kulturförvaltningen")
    story.applied(96, "asked", "vof-hemvard", "Hemtjänsten i centrum")
    story.concluded(100, "again", "vof-hemvard", "one", kind=ExperimentSucceeded, title="En gång till")
    story.concluded(120, "elsewhere", "sof", "two", title="Någon annanstans")
    story.lesson(130, "quiet", "sof", "elsewhere", statement="Lyssna mer.")
    story.idea(140, "seven", "amf")
    story.experiment(150, "seventh", "amf", "seven")
    story.concluded(190, "seventh", "amf", "seven")
    story.withheld("ideas")
    return story
