"""The whole story, told over HTTP to processes that really run."""

import io

from rich.console import Console

from nyfiken.demo.client import Person
from nyfiken.demo.people import CAST
from nyfiken.demo.stage import Stage
from nyfiken.demo.story import tell


def told(platform, client):
    people = {
        part.first_name: Person(
            client, part.name, platform.token(part.sub, *part.roles, unit=part.unit, name=part.name)
        )
        for part in CAST
    }
    screen = io.StringIO()
    stage = Stage(client, people, Console(file=screen, width=200))
    tell(stage)
    return stage, screen.getvalue()


def test_a_failed_experiment_leaves_a_lesson_that_another_unit_builds_on(platform, client):
    stage, screen = told(platform, client)
    assert stage.steps > 40
    assert "✗" not in screen


def test_the_story_can_be_told_again(platform, client):
    told(platform, client)
