"""Tables as people send them: CSV with a header, from whatever spreadsheet, each row with the number of its line."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.domain.phrases import Phrase
from app.domain.spreadsheets import as_meant
from app.errors import BadInput

MOST_ROWS = 5_000
MOST_BYTES = 1024 * 1024
_EMPTY = "is empty; its first line must name the columns: %(columns)s"
_TOO_LONG = "has %(cells)d cells, and the header %(header)d"
_MISSING = "the column %(name)s is missing; the first line must name the columns"
_NO_COLUMN = "there is no column '%(name)s'; there are %(columns)s"


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of a line that are not empty, by their column."""

    line: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class RowError:
    """What is wrong with a line, and in which column."""

    line: int
    field: str
    message: str


def read_rows(data: bytes, columns: Sequence[str], key: str) -> list[Row]:
    """Read a table; `key` is the column that it must have. Raises BadInput for what is none."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput("file", "must be UTF-8 text") from error
    # Where the comma is the decimal sign, spreadsheets separate by semicolons.
    first = text.partition("\n")[0]
    rows: list[Row] = []
    header: list[str] = []
    for line, cells in _lines(text, delimiter=";" if ";" in first else ","):
        if not header:
            header = _checked_header(cells, columns, key)
            continue
        if len(cells) > len(header):
            raise BadInput(
                f"line {line}",
                Phrase(_TOO_LONG, cells=len(cells), header=len(header)),
            )
        if len(rows) == MOST_ROWS:
            raise BadInput("file", Phrase("has more than %(most)d rows; send it in parts", most=MOST_ROWS))
        named = zip(header, (as_meant(cell.strip()) for cell in cells), strict=False)
        rows.append(Row(line, {name: cell for name, cell in named if cell}))
    if not header:
        raise BadInput("file", Phrase(_EMPTY, columns=",".join(columns)))
    return rows


def _lines(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Give what is not blank, with the line that it begins on."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise BadInput(f"line {line}", Phrase("is not CSV: %(why)s", why=error)) from error
        if cells is None:
            return
        if any(cell.strip() for cell in cells):
            yield line, cells
        line = reader.line_num + 1


def _checked_header(cells: list[str], columns: Sequence[str], key: str) -> list[str]:
    header = [cell.strip() for cell in cells]
    for name in header:
        if name not in columns:
            raise BadInput("header", Phrase(_NO_COLUMN, name=name[:50], columns=", ".join(columns)))
        if header.count(name) > 1:
            raise BadInput("header", Phrase("the column %(name)s is there twice", name=name))
    if key not in header:
        raise BadInput("header", Phrase(_MISSING, name=key))
    return header
