"""What people do. Each action is a generator: it yields what it asks, and is sent the answer, if that is a good one.

Where it is not, it ends there: as a person would, who is told that somebody else was faster.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from benchmarks.load import words
from benchmarks.load.asking import Answer, Ask
from benchmarks.load.visitor import Seen, Visitor
from nyfiken.demo.texts import NOTHING_TO_CARE_FOR

Action = Generator[Ask, Answer, Sequence[Seen]]
BOARD = "/ideas?limit=20"
EXPERIMENTS = "/experiments?limit=20"
LESSONS = "/lessons?limit=20"
INBOX = "/inbox?limit=20"
_ENOUGH = 10
"""Observations, after which an experiment is concluded."""
_NAMES = 12


def _page(v: Visitor, name: str, service: str, path: str, *, after_writing: bool = False) -> Action:
    ask = v.get(name, service, path, after_writing=after_writing)
    return v.noted(ask, (yield ask))


def _do(v: Visitor, name: str, service: str, path: str, body: Any = None, **how: str) -> Generator[Ask, Answer, Any]:
    ask = v.command(name, service, path, body, **how)
    answer = yield ask
    v.noted(ask, answer)
    return answer.json


def _some(v: Visitor, name: str, service: str, path: str, action: str = "") -> Generator[Ask, Answer, Seen | None]:
    """One of a list that one has at hand, or looks at now; one with which this may be done. None where none is."""
    fitting = [seen for seen in v.at_hand(path) if not action or action in seen.actions]
    if not fitting:
        shown = yield from _page(v, name, service, path)
        fitting = [seen for seen in shown if not action or action in seen.actions]
    return v.chance.choice(fitting) if fitting else None


# Reading


def board(v: Visitor) -> Action:
    """The newest ideas of all."""
    return (yield from _page(v, "board", "ideas", BOARD))


def unit_board(v: Visitor) -> Action:
    """Those of one's unit."""
    return (yield from _page(v, "unit-board", "ideas", f"{BOARD}&unit={v.part.unit}"))


def waiting(v: Visitor) -> Action:
    """What nobody has taken up yet, the longest first."""
    return (yield from _page(v, "waiting", "ideas", _waiting(v)))


def in_review(v: Visitor) -> Action:
    """What was taken up, and is to be decided."""
    return (yield from _page(v, "in-review", "ideas", _in_review(v)))


def search(v: Visitor) -> Action:
    """Ideas that resemble some words."""
    return (yield from _page(v, "search", "ideas", f"{BOARD}&text={quote(words.searched(v.chance))}"))


def tried_before(v: Visitor) -> Action:
    """Has anybody tried it?"""
    text = quote(f"{words.searched(v.chance)} {words.title(v.chance)}")
    return (yield from _page(v, "tried-before", "ideas", f"/tried-before?text={text}"))


def idea(v: Visitor) -> Action:
    """One from the board."""
    found = yield from _some(v, "board", "ideas", BOARD)
    return (yield from _page(v, "idea", "ideas", f"/ideas/{found.id}")) if found else ()


def story(v: Visitor) -> Action:
    """How one from the board came along."""
    found = yield from _some(v, "board", "ideas", BOARD)
    return (yield from _page(v, "story", "ideas", f"/ideas/{found.id}/story")) if found else ()


def look_back(v: Visitor) -> Action:
    """One as it was when all this began."""
    found = v.chance.choice(v.world.ideas)
    return (yield from _page(v, "look-back", "ideas", f"/ideas/{found}?as_of={v.world.seeded_at}"))


def challenges(v: Visitor) -> Action:
    """The open questions, and one of them."""
    yield from _page(v, "challenges", "ideas", "/challenges?state=open&limit=20")
    found = v.chance.choice(v.world.challenges)
    return (yield from _page(v, "challenge", "ideas", f"/challenges/{found}"))


def experiments(v: Visitor) -> Action:
    """What is tested."""
    return (yield from _page(v, "experiments", "experiments", EXPERIMENTS))


def experiment(v: Visitor) -> Action:
    """One of them."""
    found = yield from _some(v, "experiments", "experiments", EXPERIMENTS)
    return (yield from _page(v, "experiment", "experiments", f"/experiments/{found.id}")) if found else ()


def failures(v: Visitor) -> Action:
    """The wall: tried and learned."""
    return (yield from _page(v, "failures", "experiments", "/failures?limit=20"))


def lessons(v: Visitor) -> Action:
    """What was learned."""
    return (yield from _page(v, "lessons", "experiments", LESSONS))


def search_lessons(v: Visitor) -> Action:
    """Lessons that resemble some words."""
    text = quote(words.searched(v.chance))
    return (yield from _page(v, "search-lessons", "experiments", f"{LESSONS}&text={text}"))


def lesson(v: Visitor) -> Action:
    """One of them."""
    found = yield from _some(v, "lessons", "experiments", LESSONS)
    return (yield from _page(v, "lesson", "experiments", f"/lessons/{found.id}")) if found else ()


def inbox(v: Visitor) -> Action:
    """What one was told."""
    return (yield from _page(v, "inbox", "notifications", INBOX))


def names(v: Visitor) -> Action:
    """What the people on a page are called."""
    some = ",".join(v.chance.sample(v.world.people, min(_NAMES, len(v.world.people))))
    return (yield from _page(v, "names", "notifications", f"/people?ids={some}"))


# Writing


def submit(v: Visitor) -> Action:
    """Have an idea, some of them for a challenge, and see it on the board."""
    body = {"title": words.title(v.chance), "what": words.text(v.chance), "tags": v.chance.sample(words.TAGS, 2)}
    if v.chance.random() < 0.4:
        body["challenge_id"] = v.chance.choice(v.world.challenges)
    made = yield from _do(v, "submit", "ideas", "/ideas", body)
    v.ideas.append(made["idea_id"])
    return (yield from _page(v, "board, after writing", "ideas", BOARD, after_writing=True))


def revise(v: Visitor) -> Action:
    """Put one's own idea in other words, as one has just read it."""
    if not v.ideas:
        return (yield from submit(v))
    path = f"/ideas/{v.chance.choice(v.ideas)}"
    yield from _page(v, "idea", "ideas", path, after_writing=True)
    body = {"what": words.text(v.chance), "reason": "Tydligare."}
    return (yield from _do(v, "revise", "ideas", path, body, method="PATCH", if_match=v.etag(path)))


def support(v: Visitor) -> Action:
    """Support somebody's idea."""
    found = yield from _some(v, "board", "ideas", BOARD, "support")
    return (yield from _do(v, "support", "ideas", f"/ideas/{found.id}/support", method="PUT")) if found else ()


def comment(v: Visitor) -> Action:
    """Say something about an idea, and see it there."""
    found = yield from _some(v, "board", "ideas", BOARD, "comments")
    if not found:
        return ()
    path = f"/ideas/{found.id}"
    yield from _do(v, "comment", "ideas", f"{path}/comments", {"text": words.text(v.chance)})
    return (yield from _page(v, "idea, after writing", "ideas", path, after_writing=True))


def review(v: Visitor) -> Action:
    """Take up the idea that has waited."""
    found = yield from _some(v, "waiting", "ideas", _waiting(v), "review")
    if not found:
        return ()
    yield from _do(v, "review", "ideas", f"/ideas/{found.id}/review")
    return (yield from _page(v, "waiting, after writing", "ideas", _waiting(v), after_writing=True))


def decide(v: Visitor) -> Action:
    """Let an idea go on, or say why not."""
    found = yield from _some(v, "in-review", "ideas", _in_review(v), "select")
    if not found:
        return ()
    if v.chance.random() < 0.5:
        body = {"reason": "Går att pröva billigt.", "next_step": "Ett test i en grupp."}
        yield from _do(v, "select", "ideas", f"/ideas/{found.id}/select", body)
    else:
        body = {"reason_code": "out_of_scope", "reason": "Det ligger hos regionen, som har frågan."}
        yield from _do(v, "decline", "ideas", f"/ideas/{found.id}/decline", body)
    return (yield from _page(v, "in-review, after writing", "ideas", _in_review(v), after_writing=True))


def follow(v: Visitor) -> Action:
    """Want to hear of what happens to an idea."""
    found = yield from _some(v, "board", "ideas", BOARD)
    return (yield from _do(v, "follow", "notifications", f"/follows/idea-{found.id}", method="PUT")) if found else ()


def read_notice(v: Visitor) -> Action:
    """Tick off something in the inbox."""
    found = yield from _some(v, "inbox", "notifications", INBOX, "read")
    if not found:
        return ()
    yield from _do(v, "read-notice", "notifications", f"/inbox/{found.id}/read")
    return (yield from _page(v, "inbox, after writing", "notifications", INBOX, after_writing=True))


def plan_test(v: Visitor) -> Action:
    """Plan an experiment about an idea, and start it."""
    found = yield from _some(v, "board", "ideas", BOARD)
    body = test(v, [found.id] if found else [])
    made = (yield from _do(v, "plan-test", "experiments", "/experiments", body))["experiment_id"]
    path = f"/experiments/{made}"
    yield from _do(v, "set-criteria", "experiments", f"{path}/criteria", {"criteria": CRITERIA})
    yield from _do(v, "answer-checks", "experiments", f"{path}/checks", {"checks": NOTHING_TO_CARE_FOR})
    yield from _do(v, "start-test", "experiments", f"{path}/start")
    v.tests[made] = 0
    return (yield from _page(v, "experiment, after writing", "experiments", path, after_writing=True))


def observe(v: Visitor) -> Action:
    """Write down what was seen in one's experiment; in the end, what it came to."""
    if not v.tests:
        return (yield from plan_test(v))
    of = v.chance.choice(list(v.tests))
    if v.tests[of] >= _ENOUGH:
        return (yield from finish_test(v))
    path = f"/experiments/{of}"
    yield from _do(v, "observe", "experiments", f"{path}/observations", observation(v))
    v.tests[of] = v.tests.get(of, 0) + 1
    return (yield from _page(v, "experiment, after writing", "experiments", path, after_writing=True))


def finish_test(v: Visitor) -> Action:
    """Conclude one's experiment, which failed; write down the lesson, and find it in the other service."""
    ready = [test for test, observed in v.tests.items() if observed]
    if not ready:
        return (yield from observe(v))
    of = v.chance.choice(ready)
    del v.tests[of]
    concluded = {"outcome": "failed", "evidence_level": "moderate"}
    yield from _do(v, "conclude", "experiments", f"/experiments/{of}/conclude", concluded)
    return (yield from _learn(v, [of]))


def lesson_alone(v: Visitor) -> Action:
    """Write down something that was learned without an experiment."""
    return (yield from _learn(v, []))


def endorse(v: Visitor) -> Action:
    """Say of somebody's lesson that it is so."""
    found = yield from _some(v, "lessons", "experiments", LESSONS, "endorse")
    return (yield from _do(v, "endorse", "experiments", f"/lessons/{found.id}/endorse")) if found else ()


def _learn(v: Visitor, tests: Sequence[str]) -> Action:
    title = words.title(v.chance)
    body = {"title": title, "statement": words.text(v.chance), "unit": v.part.unit, "experiment_ids": tests}
    yield from _do(v, "write-lesson", "experiments", "/lessons", body)
    path = f"/tried-before?text={quote(title)}"
    return (yield from _page(v, "tried-before, after writing", "ideas", path, after_writing=True))


def _waiting(v: Visitor) -> str:
    return f"/ideas?state=submitted&sort=waiting_longest&limit=20&unit={v.part.unit}"


def _in_review(v: Visitor) -> str:
    return f"/ideas?state=in_review&sort=waiting_longest&limit=20&unit={v.part.unit}"


CRITERIA = [
    {
        "id": "andel",
        "metric": "Andel som det fungerar för",
        "unit_of_measure": "procent",
        "direction": "at_least",
        "threshold": "50",
        "role": "goal",
    }
]
"""What every experiment here is judged by; what is observed misses it."""


def test(v: Visitor, ideas: Sequence[str]) -> Mapping[str, Any]:
    """An experiment to plan."""
    return {
        "title": words.title(v.chance),
        "phase": "pilot",
        "unit": v.part.unit,
        "hypothesis": f"Vi tror att det fungerar för hälften. {words.text(v.chance)}",
        "test_method": "En grupp provar i tre veckor och räknar varje gång.",
        "idea_ids": ideas,
    }


def observation(v: Visitor) -> Mapping[str, Any]:
    """What was seen today."""
    seen_on = datetime.now(UTC).date().isoformat()
    value = str(v.chance.randint(5, 45))
    return {"criterion_id": "andel", "value": value, "n": 20, "evidence_type": "usage_data", "observed_on": seen_on}


def _by_name(*functions: Callable[[Visitor], Action]) -> Mapping[str, Callable[[Visitor], Action]]:
    return {function.__name__.replace("_", "-"): function for function in functions}


READING = _by_name(
    *(board, unit_board, waiting, in_review, search, tried_before, idea, story, look_back, challenges),
    *(experiments, experiment, failures, lessons, search_lessons, lesson, inbox, names),
)
"""Those that change nothing, by their names in the file of personas."""
WRITING = _by_name(
    *(submit, revise, support, comment, review, decide, follow, read_notice),
    *(plan_test, observe, finish_test, lesson_alone, endorse),
)
"""Those that give commands."""
ACTIONS: Mapping[str, Callable[[Visitor], Action]] = {**READING, **WRITING}
