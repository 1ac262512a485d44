"""Tables as people send them: CSV with a header, from whatever spreadsheet, each row with the number of its line."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.domain.spreadsheets import as_meant
from app.errors import BadInput

MOST_ROWS = 5_000
MOST_BYTES = 1024 * 1024


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
            raise BadInput(f"line {line}", f"has {len(cells)} cells, and the header {len(header)}")
        if len(rows) == MOST_ROWS:
            raise BadInput("file", f"has more than {MOST_ROWS} rows; send it in parts")
        named = zip(header, (as_meant(cell.strip()) for cell in cells), strict=False)
        rows.append(Row(line, {name: cell for name, cell in named if cell}))
    if not header:
        raise BadInput("file", f"is empty; its first line must name the columns: {','.join(columns)}")
    return rows


def _lines(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Give what is not blank, with the line that it begins on."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise BadInput(f"line {line}", f"is not CSV: {error}") from error
        if cells is None:
            return
        if any(cell.strip() for cell in cells):
            yield line, cells
        line = reader.line_num + 1


def _checked_header(cells: list[str], columns: Sequence[str], key: str) -> list[str]:
    header = [cell.strip() for cell in cells]
    for name in header:
        if name not in columns:
            raise BadInput("header", f"there is no column {name[:50]!r}; there are {', '.join(columns)}")
        if header.count(name) > 1:
            raise BadInput("header", f"the column {name} is there twice")
    if key not in header:
        raise BadInput("header", f"the column {key} is missing; the first line must name the columns")
    return header
