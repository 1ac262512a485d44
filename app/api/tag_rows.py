"""Lines of a table of idTags, read: which columns there are, and what may stand in them."""

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, Field, ValidationError, field_validator
from pydantic_core import ErrorDetails

from app.api.models import IdTagText, Key, Moment, Text
from app.csv_rows import RowError, read_rows
from app.domain.id_tags import IdTagStatus, normalise_id_tag
from app.domain.phrases import Phrase
from app.tags.importing import TagRow

COLUMNS = ("idTag", "label", "status", "expiry_date", "parent_id_tag", "concurrent_limit", "username")


class _Cells(BaseModel):
    idTag: IdTagText  # noqa: N815 - the article's name
    label: Text | None = None
    status: IdTagStatus | None = None
    expiry_date: Moment | None = None
    parent_id_tag: IdTagText | None = None
    concurrent_limit: int | None = Field(None, ge=1, le=1000)
    username: Key | None = None

    @field_validator("status", mode="before")
    @classmethod
    def _in_any_case(cls, value: Any) -> Any:
        return value.capitalize() if isinstance(value, str) else value


def read_tags(data: bytes) -> tuple[list[TagRow], list[RowError]]:
    """Read a table of tags, and what is wrong with the lines that cannot be read; raises BadInput for what is none.

    An empty cell says nothing: a new tag has what is usual, one that is there keeps what it has.
    """
    rows: list[TagRow] = []
    errors: list[RowError] = []
    for row in read_rows(data, COLUMNS, "idTag"):
        try:
            cells = _Cells.model_validate(row.cells).model_dump(exclude_unset=True)
        except ValidationError as error:
            errors += _told(row.line, error)
            continue
        id_tag = normalise_id_tag(cells.pop("idTag"))
        if "parent_id_tag" in cells:
            cells["parent_id_tag"] = normalise_id_tag(cells["parent_id_tag"])
        rows.append(TagRow(row.line, id_tag, cells))
    return rows, errors


def _told(line: int, error: ValidationError) -> Sequence[RowError]:
    return [RowError(line, str(one["loc"][0]), _message(one)) for one in error.errors()]


def _message(one: ErrorDetails) -> Phrase:
    """Return what is wrong with a cell, known by pydantic's name for it."""
    return Phrase.in_other_words(one["msg"].removeprefix("Value error, "), one["type"], **one.get("ctx", {}))
