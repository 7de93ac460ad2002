"""A process of a service as it was set from outside: what both kinds of process begin with."""

from __future__ import annotations

import dataclasses
from importlib import import_module
from typing import TYPE_CHECKING

from chassis.keys import Keys
from chassis.settings import Settings

if TYPE_CHECKING:
    from chassis.program import Program
    from chassis.tokens import Tokens

USAGE = 2
"""The exit code of a process that was started the wrong way."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """A process as it was set from outside; ``main`` is the module that has the service as ``PROGRAM``."""

    main: str
    settings: Settings
    keys: Keys

    def program(self) -> Program:
        """The service, imported now."""
        program: Program = import_module(self.main).PROGRAM
        return program

    def tokens(self) -> Tokens:
        """What tells who a token belongs to, and signs the platform's own."""
        from chassis.issuer import Issuer
        from chassis.tokens import Tokens

        url, issuer = self.settings.jwks_url, self.settings.issuer
        elsewhere = Issuer(url, issuer, self.settings.audience) if url and issuer else None
        return Tokens(self.keys.signing, self.keys.secret, elsewhere)
