"""What a service answered, and up to which positions, is what a replay to those positions gives: for every read model.

An analyst asks again and again while the story is told; afterwards the history is pulled, and each answer replayed.
"""

from contextlib import ExitStack
from uuid import uuid4

import httpx
import pytest

from chassis.recorded import Position
from history.models import MODELS
from history.replay import History
from tests.chassis.meanwhile import asked_again
from tests.journeys.told import Analyst, nameless, tell_the_story

LISTED = {
    "idea_board": ("ideas", "/ideas", {"limit": 200}),
    "challenge_overview": ("ideas", "/challenges", {"limit": 200}),
    "tried_before": ("ideas", "/tried-before", {"limit": 50, "text": "videosamtal i stället för hembesök"}),
    "experiment_board": ("experiments", "/experiments", {"limit": 200}),
    "failure_wall": ("experiments", "/failures", {"limit": 200}),
    "lesson_library": ("experiments", "/lessons", {"limit": 200}),
}
"""Read model → the service and the route that shows its rows, and what is asked there."""
STORIES = "idea_story"
NOT_OF_A_ROW = {"allowed_actions", "came_of", "author", "coauthors", "contact", "by", "said"}
"""What an answer says besides: what the caller may do, who it was, and what is personal."""
PAUSE = 0.2


class Answers:
    """What the services said to an analyst meanwhile: (read model, of which idea, positions, what was shown, whether
    that was all)."""

    def __init__(self, platform):
        self._platform = platform
        headers = {"Authorization": f"Bearer {platform.token('analys', 'analyst')}", "Accept-Language": "sv"}
        self._client = httpx.Client(headers=headers, trust_env=False, timeout=10.0)

    def close(self):
        self._client.close()

    def ask(self):
        """Once everything there is."""
        found = [self._one(name, None, *asked) for name, asked in LISTED.items()]
        ideas = [shown["idea_id"] for name, _, _, items, _ in found if name == "idea_board" for shown in items[:3]]
        return found + [self._one(STORIES, idea, "ideas", f"/ideas/{idea}/story", {"limit": 200}) for idea in ideas]

    def _one(self, name, idea, service, path, asked):
        answer = self._client.get(f"{self._platform.urls[service]}{path}", params=asked).raise_for_status()
        positions = tuple(Position.of(text) for text in answer.headers["Event-Position"].split(","))
        shown = answer.json()
        return name, idea, positions, shown["items"], shown["next"] is None


@pytest.fixture
def answers(platform):
    with ExitStack() as closing:
        made = Answers(platform)
        closing.callback(made.close)
        with asked_again(made.ask, PAUSE) as answered:
            tell_the_story(platform)
        yield [each for once in answered for each in once]


def test_the_replay_to_the_positions_of_an_answer_is_that_answer(platform, answers, tmp_path):
    folder = tmp_path / f"pulled-{uuid4()}"
    assert Analyst(platform)("pull", "--to", folder)[0] == 0
    history, replayed, fields = History.open(folder), {}, set()
    for name, idea, positions, items, is_all in answers:
        if (name, positions) not in replayed:
            replayed[name, positions] = history.as_far_as(positions).read_model(name).rows
        for item, row in _pairs(name, idea, items, replayed[name, positions], is_all):
            both = {field for field in item.keys() - NOT_OF_A_ROW if hasattr(row, field)}
            fields |= {(name, field) for field in both}
            assert {field: nameless(item[field]) for field in both} == {
                field: nameless(getattr(row, field)) for field in both
            }, f"{name} {positions}"
    assert {name for name, _ in fields} == {*LISTED, STORIES}
    assert MODELS.keys() - {name for name, _ in fields} == {"challenge_parts"}  # nobody is shown them, but their number
    assert len({positions for name, positions in replayed if name == "idea_board"}) > 3, "it was not seen to change"


def _pairs(name, idea, items, rows, is_all):
    """Each thing that was shown, and its row; nothing else was there to be shown."""
    if name == STORIES:
        there = [row for row in rows.values() if row.idea_id == idea and not row.authors_only]
        return zip(sorted(items, key=_when), sorted(there, key=lambda row: _when(nameless(row))), strict=True)
    if name != "tried_before":  # which gives what resembles a text
        of_drafts = ("draft",) if name == "challenge_overview" else ()  # which coaches are shown
        there = {key for key, row in rows.items() if getattr(row, "shown", True)}
        there -= {key for key in there if getattr(rows[key], "state", "") in of_drafts}
        shown = {item[MODELS[name].key_column] for item in items}
        assert shown == there if is_all else shown < there
    return ((item, rows[item[MODELS[name].key_column]]) for item in items)


def _when(told):
    return told["at"], told["what"], told["thing"], told["title"] or "", told["text"] or ""
