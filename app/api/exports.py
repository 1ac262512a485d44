"""Long lists as files, written while they are read: NDJSON, and CSV that no spreadsheet takes for formulas."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Literal

from flask import Response, request, stream_with_context

from app.api.json_text import to_json
from app.domain.spreadsheets import neutralised

NDJSON, CSV, JSON = "application/x-ndjson", "text/csv", "application/json"
Format = Literal["json", "ndjson", "csv"]
_TYPES: dict[str, Format] = {JSON: "json", NDJSON: "ndjson", CSV: "csv"}

DOCUMENTED: dict[str, Any] = {kind: {"schema": {"type": "string"}} for kind in (NDJSON, CSV)}

Item = dict[str, Any]


def wanted_format(asked: Format | None) -> Format:
    """Return the format a request is for: the query's word comes before the header `Accept`."""
    return asked or _TYPES[request.accept_mimetypes.best_match(list(_TYPES), JSON)]


def export(
    groups: Iterable[Sequence[Item]], names: Sequence[str], wanted: Format, file_name: str, ended: Callable[[], None]
) -> Response:
    """Return items as an attachment, a group at a time; `ended` is called when the answer is over.

    `names` are the columns of the CSV.
    """
    pieces = _csv(groups, names) if wanted == "csv" else _ndjson(groups)
    # Items may be looked up and shown while they are sent: what the request knows is known till then.
    content_type = f"{CSV}; charset=utf-8" if wanted == "csv" else NDJSON
    response = Response(stream_with_context(pieces), content_type=content_type)
    response.call_on_close(ended)
    response.headers.set("Content-Disposition", "attachment", filename=f"{file_name}.{wanted}")
    return response


def _ndjson(groups: Iterable[Sequence[Item]]) -> Iterator[bytes]:
    for items in groups:
        if items:
            yield b"".join(to_json(item) + b"\n" for item in items)


def _csv(groups: Iterable[Sequence[Item]], names: Sequence[str]) -> Iterator[bytes]:
    yield _lines([names])
    for items in groups:
        if items:
            yield _lines([cell(item.get(name)) for name in names] for item in items)


def _lines(rows: Iterable[Sequence[Any]]) -> bytes:
    written = io.StringIO()
    csv.writer(written).writerows(rows)
    return written.getvalue().encode()


def cell(value: Any) -> Any:
    """Return a value as it goes into a spreadsheet: true and false as in JSON, and an apostrophe before a text that
    would be a formula."""
    if isinstance(value, str):
        return neutralised(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else value
