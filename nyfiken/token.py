"""``nyfiken token``: a token signed with the platform's own key."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import click

from chassis.errors import Unauthenticated
from chassis.tokens import Tokens
from nyfiken.key_files import platform_keys
from nyfiken.layout import data_option


@click.command()
@click.option("--sub", required=True, help="Who it is for: what their issuer would call them. Of a service, its name.")
@click.option("--role", "roles", multiple=True, required=True, help="What they are; of one unit alone: decider@vof.")
@click.option("--unit", help="The unit they work in.")
@click.option("--name", help="What people call them.")
@click.option("--email", help="Where mail reaches them.")
@click.option("--hours", default=12.0, show_default=True, help="How long it is valid.")
@data_option
def command(
    sub: str, roles: tuple[str, ...], unit: str | None, name: str | None, email: str | None, hours: float, data: Path
) -> None:
    """Sign a token that says who somebody is and what they may do.

    It is signed with the key in the data folder, so whoever can read that folder can be anybody. Roles: employee,
    coach, decider, moderator, analyst, admin, service.

    \b
    nyfiken token --sub karin --role employee --unit vof
    nyfiken token --sub bengt --role employee --role decider@vof --unit vof --name "Bengt Ohlsson"
    curl localhost:8081/ideas -H "Authorization: Bearer $(nyfiken token --sub karin --role employee --unit vof)"
    """
    keys = platform_keys(data)
    try:
        tokens = Tokens(keys.signing, keys.secret)
        signed = tokens.sign(sub, roles, unit=unit, name=name, email=email, valid_for=timedelta(hours=hours))
        tokens.caller(signed)
    except Unauthenticated:
        raise click.UsageError(
            "nobody would accept this token: a role is employee or decider@vof, a unit vof, the sub of a service "
            "its name in lower case, and --hours more than 0"
        ) from None
    click.echo(signed)
