"""The group of all commands; each is loaded when it is used, so that small ones answer at once."""

from __future__ import annotations

from importlib import import_module

import click

COMMANDS = {
    "up": ("nyfiken.up", "Start the platform here and keep it running."),
    "demo": ("nyfiken.demo.command", "Tell the whole story, from a question to a lesson that somebody reuses."),
    "web": ("nyfiken.process:web", "Be the web process of a service."),
    "worker": ("nyfiken.process:worker", "Be the worker process of a service."),
    "token": ("nyfiken.token", "Sign a token for somebody."),
    "import": ("nyfiken.importing.command", "Read ideas or lessons from a file, through the services' own commands."),
    "keys": ("nyfiken.keys", "Make the keys that are mounted into every process."),
    "migrate": ("nyfiken.migrate", "Bring the services' databases to what this release works on."),
    "topics": ("nyfiken.topics", "Make and check the topics that events travel by."),
    "doctor": ("nyfiken.doctor", "Say what is set wrongly or cannot be reached, and what to do."),
    "status": ("nyfiken.status", "Show how far everything is."),
    "rebuild": ("nyfiken.rebuild", "Build a read model again from the first event."),
    "prune": ("nyfiken.prune", "Drop the tables that a rebuild or a newer version has replaced."),
    "parked": ("nyfiken.parked", "Look after events that could not be applied."),
    "recover": ("nyfiken.recover", "Take back from its topic what a restored history has lost."),
    "rewind": ("nyfiken.rewind", "Read again what another service has recorded since a moment."),
    "history": (
        "nyfiken.history.command",
        "Pull the whole history into files of your own, ask it, load it elsewhere.",
    ),
    "compact": ("nyfiken.compact", "Remove what was destroyed from the files themselves."),
    "routes": ("nyfiken.routes", "List the HTTP routes."),
    "openapi": ("nyfiken.openapi", "Show what the services say of their routes, or write it down."),
}
"""Command → the module that has it, as ``command`` or as another name after a colon; and what it does, in one line."""


class LoadedWhenUsed(click.Group):
    """A group that imports a command's module only when somebody uses it."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order in which people meet them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """The command of this name, or None."""
        if name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[name][0].partition(":")
        found: click.Command = getattr(import_module(module), attribute or "command")
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, without loading them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, told) for name, (_, told) in COMMANDS.items()])


@click.group(cls=LoadedWhenUsed, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def cli() -> None:
    """Nyfiken: from why should we do something new to this is how we can do it.

    \b
    nyfiken up                                             start the platform here, on one machine
    nyfiken demo                                           tell the whole story on it
    nyfiken token --sub karin --role employee --unit vof   a token to ask it with
    nyfiken COMMAND --help                                 what a command does, with examples
    """
