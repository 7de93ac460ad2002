"""The command line of tomorrow."""

from nyfiken.cli import cli

cli(prog_name="nyfiken")
