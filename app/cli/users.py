"""Accounts, in the shell."""

import click

from app.accounts import Accounts
from app.central_system import utc_now
from app.cli.shell import Open
from app.config import load_settings
from app.domain.roles import Role
from app.storage.database import Storage

ROLE = click.Choice([role.value for role in Role])


@click.group()
def users() -> None:
    """Accounts."""


@users.command("create")
@click.argument("username")
@click.option("--role", type=ROLE, default=Role.USER.value, show_default=True)
@click.password_option()
def users_create(username: str, role: str, password: str) -> None:
    """Create an account."""
    with Open() as storage:
        user = _accounts(storage).create(username, password, Role(role), {})
        click.echo(f"{user.username}  {user.role.value}  idTag {user.id_tag}")


@users.command("list")
def users_list() -> None:
    """List all accounts."""
    with Open() as storage:
        click.echo("username  role  idTag")
        for user in storage.users.find({}, sort=[("_id", 1)]):
            click.echo(f"{user.username}  {user.role.value}  idTag {user.id_tag}{'  disabled' * user.disabled}")


@users.command("set-role")
@click.argument("username")
@click.argument("role", type=ROLE)
def users_set_role(username: str, role: str) -> None:
    """Change an account's role."""
    with Open() as storage:
        accounts = _accounts(storage)
        user = accounts.change(accounts.named(username), {"role": Role(role)})
        click.echo(f"{user.username}  {user.role.value}")


@users.command("set-password")
@click.argument("username")
@click.password_option()
def users_set_password(username: str, password: str) -> None:
    """Give an account a new password and end its logins."""
    with Open() as storage:
        _accounts(storage).set_password(username, password)
        click.echo("done")


def _accounts(storage: Storage) -> Accounts:
    return Accounts(storage, utc_now, load_settings().password_cost)
