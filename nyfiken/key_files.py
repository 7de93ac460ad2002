"""The platform's keys, for the commands that need them."""

from __future__ import annotations

from pathlib import Path

import click

from chassis.keys import Keys, WrongKeys, load_keys
from chassis.settings import WrongSetting, load_keys_folder


def platform_keys(data: Path, *, may_make: bool = True) -> Keys:
    """Those that a process with this data folder would have, made now if they may be. Raises ClickException."""
    try:
        return load_keys(data, load_keys_folder(), may_make=may_make)
    except (WrongKeys, WrongSetting) as error:
        raise click.ClickException(str(error)) from None
