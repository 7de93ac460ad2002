"""What can be imported: each kind is a command of a service."""

from __future__ import annotations

import dataclasses
from importlib import import_module

from marshmallow import Schema

from chassis.web.schemas import schema_of


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of thing: where it is sent, and the command that takes it."""

    service: str
    path: str
    module: str
    command: str

    def schema(self) -> Schema:
        """What the service guards the body of this command with."""
        command = getattr(import_module(self.module), self.command)
        return schema_of(command, tuple(f.name for f in dataclasses.fields(command) if "given" not in f.metadata))


KINDS = {
    "ideas": Kind(service="ideas", path="/ideas", module="services.ideas.idea_writing", command="SubmitIdea"),
    "lessons": Kind(
        service="experiments", path="/lessons", module="services.experiments.lesson_writing", command="RecordLesson"
    ),
}
