"""The operator's shell: `chargebridge`, also `python -m app`."""

import json
import sys
from typing import Any

import click

from app.central_system import utc_now
from app.certificates.authority import CertificateAuthority
from app.certificates.chains import to_pem
from app.cli.charge_points import charge_points
from app.cli.id_tags import id_tags
from app.cli.shell import Cli, settings
from app.cli.users import users
from app.config import load_settings
from app.errors import NotFound


@click.group(cls=Cli, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="chargebridge")
@click.pass_context
def main(ctx: click.Context) -> None:
    """ChargeBridge: an OCPP 1.6J Central System for charging apps. Settings come from the environment and .env."""


for group in (users, charge_points, id_tags):
    main.add_command(group)

LOG_FORMAT = click.option("--log-format", type=click.Choice(["text", "json"]), help="Instead of LOG_FORMAT.")


@main.command()
@LOG_FORMAT
def serve(log_format: str | None) -> None:
    """Run the server in the foreground."""
    from app import serving

    serving.serve(settings(log_format=log_format), _say)


@main.command()
@click.option("--exit", "leave", is_flag=True, help="Stop after the sequence instead of staying up.")
def demo(leave: bool) -> None:
    """Run the server with two virtual chargers, and play a session.

    That is: log in, start, charge, stop, receipt.
    """
    from app.demo import Demo

    sys.exit(Demo(load_settings(), leave=leave).run())


def _say(line: str) -> None:
    click.echo(line)


@main.command()
def ca() -> None:
    """Print the authority's certificate, for OCPP_TLS_CLIENT_CA.

    The authority signs charge points' certificates; it is made now if there is none yet.
    """
    certificates = CertificateAuthority(settings(log_level="WARNING"), utc_now).certificates()
    if not certificates:
        raise NotFound("CA_COMMAND signs, and CA_CERT does not say with which certificate")
    click.echo(to_pem(certificates[:1]), nl=False)


@main.command()
def openapi() -> None:
    """Print the OpenAPI document."""
    click.echo(json.dumps(_document(), indent=2))


@main.command()
@click.option("--directory", default="postman", show_default=True, type=click.Path())
def postman(directory: str) -> None:
    """Write the Postman collection and environment."""
    from app.postman import write

    for path in write(_document(), directory):
        click.echo(path)


def _document() -> dict[str, Any]:
    from app import create_app
    from app.api.documentation import document

    return document(create_app(secret="0" * 32))


@main.command()
def doctor() -> None:
    """Check what the server needs, and whether it has it.

    That is: settings, secret, database, ports and clock.
    """
    from app.doctor import examine

    worst = 0
    for verdict in examine(settings(log_level="ERROR")):
        click.echo(f"{'ok  ' if verdict.good else 'BAD '}  {verdict.what}: {verdict.found}")
        worst |= not verdict.good
    sys.exit(worst)
