"""Many idTags at once: tables that staff bring and take."""

from collections.abc import Iterator
from typing import Any, Literal

from flask import Response
from flask_openapi3 import Tag
from pydantic import BaseModel, ConfigDict, Field

from app.api.answer import Answer
from app.api.context import services
from app.api.exports import CSV, Item, export
from app.api.id_tags import TagFilter, filter_of
from app.api.policy import requires
from app.api.routes import Routes
from app.api.tag_rows import COLUMNS, read_tags
from app.api.uploads import FileBody, Upload, end_silence, takes_file
from app.api.views import id_tag_json
from app.csv_rows import MOST_BYTES
from app.domain.roles import Role
from app.errors import TooLarge
from app.storage.collection import Document

api = Routes("id_tag_files", __name__, url_prefix="/api/id_tags", abp_tags=[Tag(name="idTags")])

_AT_A_TIME = 500


class TableBody(FileBody):
    """A CSV table as it is, or in a form as the part `file`."""

    mimetypes = [CSV, "multipart/form-data"]


class ImportQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    existing: Literal["skip", "update"] = Field("skip", description="What is done with idTags that are there already.")
    partial: bool = Field(False, description="Take the good lines where others are wrong.")
    dry_run: bool = Field(False, description="Only say what would be done.")


class RowErrorAnswer(Answer):
    line: int
    field: str
    message: str


class ImportAnswer(Answer):
    """How many idTags were added, changed, were as they should be, or were there and passed over; in a dry run, would
    be. `errors` are the lines that were not taken."""

    dry_run: bool
    created: int
    updated: int
    unchanged: int
    skipped: int
    errors: list[RowErrorAnswer]


@api.post("/import", summary="Add many idTags from a CSV table", responses={200: ImportAnswer})
@requires(Role.STAFF)
@takes_file
def import_id_tags(query: ImportQuery, raw: TableBody) -> dict[str, Any]:
    """The first line names the columns: idTag, and as many as you like of label, status, expiry_date, parent_id_tag,
    concurrent_limit, username. Empty cells say nothing. Commas or semicolons, UTF-8, up to 5000 rows and 1 MiB.

    All lines are looked at first. Where one is wrong nothing is written and the answer is 422 with `errors`, whose
    fields are lines; `partial` takes the others. A parent may be in the same table.
    """
    end_silence()
    rows, errors = read_tags(whole(Upload(MOST_BYTES)))
    report = services.tag_import.run(
        rows, errors, update=query.existing == "update", partial=query.partial, dry_run=query.dry_run
    )
    counts = {name: getattr(report, name) for name in ("created", "updated", "unchanged", "skipped")}
    told = [{"line": e.line, "field": e.field, "message": e.message} for e in report.errors]
    return {"dry_run": query.dry_run, **counts, "errors": told}


def whole(upload: Upload) -> bytes:
    """Return a table's bytes; raises TooLarge."""
    data = bytearray()
    for piece in upload.pieces():
        data += piece
        if len(data) > MOST_BYTES:
            raise TooLarge(f"at most {MOST_BYTES} bytes")
    return bytes(data)


@api.get(
    "/export.csv",
    summary="All idTags as a CSV table, which can be imported again",
    responses={200: {"content": {CSV: {"schema": {"type": "string"}}}}},
)
@requires(Role.STAFF)
def export_id_tags(query: TagFilter) -> Response:
    """No spreadsheet takes a cell for a formula: one that would be has an apostrophe before it, which an import takes
    off again."""
    end_silence()
    return export(_groups(filter_of(query)), COLUMNS, "csv", "id_tags", lambda: None)


def _groups(where: Document) -> Iterator[list[Item]]:
    id_tags = services.storage.id_tags
    tags = id_tags.page(where, None, _AT_A_TIME)
    while tags:
        yield [id_tag_json(tag) for tag in tags]
        tags = id_tags.page(where, (tags[-1].id_tag, tags[-1].id_tag), _AT_A_TIME)
