"""The story that everything is tried against: from a question, over a failure, to a lesson that somebody builds on."""

from __future__ import annotations

from nyfiken.demo.chapters import asking, learning, trying
from nyfiken.demo.stage import Stage


def tell(stage: Stage) -> None:
    """Tell all of it. Raises NotAsTold where something is not as it should be."""
    asking.everybody_says_their_name(stage)
    challenge = asking.a_question_is_asked(stage)
    idea = asking.a_workshop_answers_it(stage, challenge)
    asking.colleagues_join_in(stage, idea)
    asking.it_is_chosen(stage, idea)
    test = trying.it_is_put_to_test(stage, challenge, idea)
    before = trying.it_is_measured(stage, test)
    trying.it_fails(stage, test)
    learning.the_lesson_is_recorded(stage, test)
    learning.another_way_is_chosen(stage, idea, test)
    learning.somebody_else_builds_on_it(stage)
    learning.history_remembers(stage, idea, test, before)
