"""The operator's shell: `chargebridge`, also `python -m app`."""

import json
import re
import sys
from typing import Any

import click

from app import logs
from app.accounts import Accounts
from app.central_system import utc_now
from app.certificates.authority import CertificateAuthority
from app.certificates.chains import to_pem
from app.config import Settings, load_settings
from app.domain.id_tags import ID_TAG_IN_WORDS, ID_TAG_PATTERN, IdTag, IdTagStatus, generate_id_tag, normalise_id_tag
from app.domain.roles import Role
from app.errors import AlreadyExists, BadInput, ChargeBridgeError, Conflict, NotFound
from app.fleet import Fleet
from app.storage.database import Storage
from app.storage.embedded import EmbeddedMongoError
from app.storage.errors import DatabaseError

ROLE = click.Choice([role.value for role in Role])


class Cli(click.Group):
    """Turns our errors into one readable line and exit status 2."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (ChargeBridgeError, EmbeddedMongoError) as error:
            click.echo(f"chargebridge: {error}", err=True)
        except DatabaseError as error:
            click.echo(f"chargebridge: MongoDB: {str(error).partition(', full error')[0]}", err=True)
        sys.exit(2)


@click.group(cls=Cli, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="chargebridge")
@click.pass_context
def main(ctx: click.Context) -> None:
    """ChargeBridge: an OCPP 1.6J Central System for charging apps. Settings come from the environment and .env."""


def _settings(**overrides: Any) -> Settings:
    settings = load_settings(**{k: v for k, v in overrides.items() if v is not None})
    logs.configure(settings.log_level, settings.log_format)
    return settings


LOG_FORMAT = click.option("--log-format", type=click.Choice(["text", "json"]), help="Instead of LOG_FORMAT.")


@main.command()
@LOG_FORMAT
def serve(log_format: str | None) -> None:
    """Run the server in the foreground."""
    from app import serving

    serving.serve(_settings(log_format=log_format), _say)


@main.command()
@click.option("--exit", "leave", is_flag=True, help="Stop after the sequence instead of staying up.")
def demo(leave: bool) -> None:
    """Run the server with two virtual chargers and play: log in, start, charge, stop, receipt."""
    from app.demo import Demo

    sys.exit(Demo(load_settings(), leave=leave).run())


def _say(line: str) -> None:
    click.echo(line)


class _Open:
    """The storage, opened for one command of the shell."""

    def __enter__(self) -> Storage:
        from app.serving import storage

        self._context = storage(_settings(log_level="WARNING"), lambda line: click.echo(line, err=True))
        return self._context.__enter__()

    def __exit__(self, *error: Any) -> None:
        self._context.__exit__(*error)


@main.group()
def users() -> None:
    """Accounts."""


@users.command("create")
@click.argument("username")
@click.option("--role", type=ROLE, default=Role.USER.value, show_default=True)
@click.password_option()
def users_create(username: str, role: str, password: str) -> None:
    """Create an account."""
    with _Open() as storage:
        user = _accounts(storage).create(username, password, Role(role), {})
        click.echo(f"{user.username}  {user.role.value}  idTag {user.id_tag}")


@users.command("list")
def users_list() -> None:
    """List all accounts."""
    with _Open() as storage:
        for user in storage.users.find({}, sort=[("_id", 1)]):
            click.echo(f"{user.username}  {user.role.value}  idTag {user.id_tag}{'  disabled' * user.disabled}")


@users.command("set-role")
@click.argument("username")
@click.argument("role", type=ROLE)
def users_set_role(username: str, role: str) -> None:
    """Change an account's role."""
    with _Open() as storage:
        accounts = _accounts(storage)
        user = accounts.change(accounts.named(username), {"role": Role(role)})
        click.echo(f"{user.username}  {user.role.value}")


@users.command("set-password")
@click.argument("username")
@click.password_option()
def users_set_password(username: str, password: str) -> None:
    """Give an account a new password and end its logins."""
    with _Open() as storage:
        _accounts(storage).set_password(username, password)
        click.echo("done")


def _accounts(storage: Storage) -> Accounts:
    return Accounts(storage, utc_now, load_settings().password_cost)


@main.group("charge-points")
def charge_points() -> None:
    """Charge points."""


@charge_points.command("add")
@click.argument("charge_point_id")
@click.option("--password", help="16 to 40 bytes; one is made when left out.")
@click.option("--security-profile", type=click.IntRange(0, 3), default=1, show_default=True)
@click.option("--serial-number", help="What a certificate's CN has to be; needed for profile 3.")
@click.option("--name")
@click.option("--place")
def charge_points_add(charge_point_id: str, password: str | None, **facts: Any) -> None:
    """Add a charge point and print what to enter in it."""
    with _Open() as storage:
        charge_point, password = _fleet(storage).add(charge_point_id, password, facts)
        click.echo(f"url       {load_settings().url_for(charge_point.security_profile)}/{charge_point.charge_point_id}")
        if password:
            click.echo(f"user      {charge_point.charge_point_id}\npassword  {password}   (shown this once)")


@charge_points.command("list")
def charge_points_list() -> None:
    """List all charge points."""
    with _Open() as storage:
        for one in storage.charge_points.find({}, sort=[("_id", 1)]):
            seen = one.last_seen_at.isoformat(timespec="seconds") if one.last_seen_at else "never seen"
            click.echo(f"{one.charge_point_id}  {one.name or '-'}  {one.vendor or '-'} {one.model or '-'}  {seen}")


@charge_points.command("set-password")
@click.argument("charge_point_id")
@click.option("--password", help="16 to 40 bytes; one is made when left out.")
def charge_points_set_password(charge_point_id: str, password: str | None) -> None:
    """Give a charge point a new password; it counts from the next connection on."""
    with _Open() as storage:
        click.echo(_fleet(storage).set_password(charge_point_id, password))


def _fleet(storage: Storage) -> Fleet:
    return Fleet(storage, load_settings(), utc_now, lambda _: None)


@main.group("id-tags")
def id_tags() -> None:
    """idTags: RFID cards and the tags of accounts."""


@id_tags.command("add")
@click.argument("id_tag", required=False)
@click.option("--label")
def id_tags_add(id_tag: str | None, label: str | None) -> None:
    """Add a tag; one is made when left out."""
    if id_tag is not None and not re.fullmatch(ID_TAG_PATTERN, id_tag):
        raise BadInput("id_tag", f"must be {ID_TAG_IN_WORDS}")
    with _Open() as storage:
        tag = IdTag(normalise_id_tag(id_tag) or generate_id_tag(), label=label, created_at=utc_now())
        try:
            click.echo(storage.id_tags.insert(tag).id_tag)
        except AlreadyExists as error:
            raise Conflict("id_tag_exists", f"there is an idTag {tag.id_tag} already") from error


@id_tags.command("list")
def id_tags_list() -> None:
    """List all tags."""
    with _Open() as storage:
        for tag in storage.id_tags.find({}, sort=[("_id", 1)]):
            click.echo(f"{tag.id_tag}  {tag.status.value}  {tag.username or '-'}  {tag.label or '-'}")


@id_tags.command("block")
@click.argument("id_tag")
def id_tags_block(id_tag: str) -> None:
    """Block a tag."""
    with _Open() as storage:
        if storage.id_tags.update(normalise_id_tag(id_tag), {"status": IdTagStatus.BLOCKED}) is None:
            raise NotFound(f"there is no idTag {id_tag}")
        click.echo("blocked")


@main.command()
def ca() -> None:
    """Print the certificate of the authority that signs charge points' certificates, in PEM, for OCPP_TLS_CLIENT_CA.

    It is made now if there is none yet.
    """
    certificates = CertificateAuthority(_settings(log_level="WARNING"), utc_now).certificates()
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
    """Check what the server needs: settings, secret, database, ports, clock."""
    from app.doctor import examine

    worst = 0
    for verdict in examine(_settings(log_level="ERROR")):
        click.echo(f"{'ok  ' if verdict.good else 'BAD '}  {verdict.what}: {verdict.found}")
        worst |= not verdict.good
    sys.exit(worst)
