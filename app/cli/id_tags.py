"""idTags, in the shell."""

import re
from typing import BinaryIO

import click

from app.api.tag_rows import read_tags
from app.central_system import utc_now
from app.cli.shell import Open
from app.domain.id_tags import ID_TAG_IN_WORDS, ID_TAG_PATTERN, IdTagStatus
from app.errors import BadInput
from app.tags.importing import TagImport
from app.tags.keeping import IdTags


@click.group("id-tags")
def id_tags() -> None:
    """idTags: RFID cards and the tags of accounts."""


@id_tags.command("add")
@click.argument("id_tag", required=False)
@click.option("--label")
def id_tags_add(id_tag: str | None, label: str | None) -> None:
    """Add a tag; one is made when left out."""
    if id_tag is not None and not re.fullmatch(ID_TAG_PATTERN, id_tag):
        raise BadInput("id_tag", f"must be {ID_TAG_IN_WORDS}")
    with Open() as storage:
        click.echo(IdTags(storage, utc_now).add(id_tag, {} if label is None else {"label": label}).id_tag)


@id_tags.command("list")
def id_tags_list() -> None:
    """List all tags."""
    with Open() as storage:
        click.echo("idTag  status  username  label")
        for tag in storage.id_tags.find({}, sort=[("_id", 1)]):
            click.echo(f"{tag.id_tag}  {tag.status.value}  {tag.username or '-'}  {tag.label or '-'}")


@id_tags.command("block")
@click.argument("id_tag")
def id_tags_block(id_tag: str) -> None:
    """Block a tag."""
    with Open() as storage:
        IdTags(storage, utc_now).change(id_tag, {"status": IdTagStatus.BLOCKED})
        click.echo("blocked")


@id_tags.command("import")
@click.argument("file", type=click.File("rb"))
@click.option("--update", is_flag=True, help="Change tags that are there already instead of passing them over.")
@click.option("--partial", is_flag=True, help="Take the good lines where others are wrong.")
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
def id_tags_import(file: BinaryIO, update: bool, partial: bool, dry_run: bool) -> None:
    """Add the tags of a CSV table.

    Its first line names the columns: idTag, and as many as you like of label, status, expiry_date, parent_id_tag,
    concurrent_limit, username. Where a line is wrong nothing is written, and what is wrong is told by its line.
    """
    rows, errors = read_tags(file.read())
    with Open() as storage:
        report = TagImport(storage, utc_now).run(rows, errors, update=update, partial=partial, dry_run=dry_run)
    for one in report.errors:
        click.echo(f"line {one.line}, {one.field}: {one.message}", err=True)
    counts = (f"{getattr(report, name)} {name}" for name in ("created", "updated", "unchanged", "skipped"))
    click.echo(", ".join(counts))
