"""The group of all commands; each is loaded when it is used, so that small ones answer at once."""

from __future__ import annotations

from importlib import import_module

import click

COMMANDS = {
    "up": "nyfiken.up",
}
"""Command → the module that has it, as ``command``."""


class LoadedWhenUsed(click.Group):
    """A group that imports a command's module only when somebody asks for it."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order in which people meet them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """The command of this name, or None."""
        if name not in COMMANDS:
            return None
        found: click.Command = import_module(COMMANDS[name]).command
        return found


@click.group(cls=LoadedWhenUsed, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def cli() -> None:
    """Nyfiken: from why should we do something new to this is how we can do it.

    \b
    nyfiken up                          start the platform here, on one machine
    nyfiken demo                        tell the whole story on it
    nyfiken token --sub karin --role employee --unit vof
    """
