"""Charge points, in the shell."""

import csv
import io
from typing import Any, BinaryIO

import click

from app.central_system import utc_now
from app.cli.shell import Open
from app.config import load_settings
from app.csv_rows import RowError, read_rows
from app.errors import BadInput, ChargeBridgeError, Conflict
from app.fleet import Fleet
from app.storage.database import Storage

COLUMNS = ("id", "name", "place", "security_profile", "serial_number", "password")
_PROFILES = ("0", "1", "2", "3")


@click.group("charge-points")
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
    with Open() as storage:
        charge_point, password = _fleet(storage).add(charge_point_id, password, facts)
        click.echo(f"url       {load_settings().url_for(charge_point.security_profile)}/{charge_point.charge_point_id}")
        if password:
            click.echo(f"user      {charge_point.charge_point_id}\npassword  {password}   (shown this once)")


@charge_points.command("list")
def charge_points_list() -> None:
    """List all charge points."""
    with Open() as storage:
        click.echo("id  name  vendor model  last seen")
        for one in storage.charge_points.find({}, sort=[("_id", 1)]):
            seen = one.last_seen_at.isoformat(timespec="seconds") if one.last_seen_at else "never seen"
            click.echo(f"{one.charge_point_id}  {one.name or '-'}  {one.vendor or '-'} {one.model or '-'}  {seen}")


@charge_points.command("set-password")
@click.argument("charge_point_id")
@click.option("--password", help="16 to 40 bytes; one is made when left out.")
def charge_points_set_password(charge_point_id: str, password: str | None) -> None:
    """Give a charge point a new password.

    It counts from the next connection on.
    """
    with Open() as storage:
        click.echo(_fleet(storage).set_password(charge_point_id, password))


@charge_points.command("import")
@click.argument("file", type=click.File("rb"))
def charge_points_import(file: BinaryIO) -> None:
    """Add the charge points of a CSV table.

    Printed is a table with what to enter in each. The first line of yours names the columns: id, and as many as you
    like of name, place, security_profile, serial_number, password. A password is made where none is given and printed
    this once. Those that are there already are left alone. Each line is taken by itself; what is wrong is told by its
    line, and the exit status is 2.
    """
    rows = read_rows(file.read(), COLUMNS, "id")
    wrong: list[RowError] = []
    with Open() as storage:
        fleet = _fleet(storage)
        click.echo(_csv("id", "url", "password"), nl=False)
        for row in rows:
            try:
                click.echo(_csv(*_added(fleet, row.cells)), nl=False)
            except Conflict as error:
                if error.code == "charge_point_exists":
                    click.echo(f"line {row.line}: {error.message}", err=True)
                else:
                    wrong.append(RowError(row.line, "id", error.message))
            except ChargeBridgeError as error:
                wrong.append(RowError(row.line, "id", error.message))
    if wrong:
        first, *others = [(f"line {one.line}", one.message) for one in wrong]
        raise BadInput(*first, *others)


def _added(fleet: Fleet, cells: dict[str, str]) -> tuple[str, str, str]:
    """Add a charge point; return its id, the address to enter in it, and its password."""
    facts: dict[str, Any] = {name: cells[name] for name in ("name", "place", "serial_number") if name in cells}
    if (profile := cells.get("security_profile")) is not None:
        if profile not in _PROFILES:
            raise BadInput("security_profile", f"must be one of {', '.join(_PROFILES)}")
        facts["security_profile"] = int(profile)
    if "id" not in cells:
        raise BadInput("id", "is required")
    charge_point, password = fleet.add(cells["id"], cells.get("password"), facts)
    url = f"{load_settings().url_for(charge_point.security_profile)}/{charge_point.charge_point_id}"
    return charge_point.charge_point_id, url, password or ""


def _csv(*cells: str) -> str:
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerow(cells)
    return written.getvalue()


def _fleet(storage: Storage) -> Fleet:
    return Fleet(storage, load_settings(), utc_now, lambda _: None)
