"""Tables as people send them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.csv_rows import MOST_ROWS, Row, read_rows
from app.domain.spreadsheets import as_meant, neutralised
from app.errors import BadInput

COLUMNS = ("id", "name", "place")


def rows(text: str | bytes) -> list[Row]:
    return read_rows(text if isinstance(text, bytes) else text.encode(), COLUMNS, "id")


def test_columns_come_in_any_order_and_empty_cells_say_nothing() -> None:
    assert rows("name,id\nGarage,CP1\n,CP2\n\n , \nShort") == [
        Row(2, {"name": "Garage", "id": "CP1"}),
        Row(3, {"id": "CP2"}),
        Row(6, {"name": "Short"}),
    ]


def test_what_spreadsheets_write_is_read() -> None:
    assert rows(b"\xef\xbb\xbfid;name\r\nCP1;Level 1, left\r\n") == [Row(2, {"id": "CP1", "name": "Level 1, left"})]
    lines = rows('id,name\nCP1,"two\nlines"\nCP2,\'=1+1\n')
    assert lines == [Row(2, {"id": "CP1", "name": "two\nlines"}), Row(4, {"id": "CP2", "name": "=1+1"})]


@pytest.mark.parametrize(
    ("text", "field", "words"),
    [
        ("", "file", "is empty"),
        (b"id\n\xff", "file", "must be UTF-8"),
        ("name\nx", "header", "the column id is missing"),
        ("id,id\nx", "header", "is there twice"),
        ("id,colour\nx", "header", "there is no column 'colour'"),
        ("id\na,b", "line 2", "has 2 cells, and the header 1"),
        ('id\n"a"b', "line 2", "is not CSV"),
        ("id\n" + "x" * 200_000, "line 2", "is not CSV"),
        ("id\n" + "x\n" * (MOST_ROWS + 1), "file", "has more than 5000 rows"),
    ],
)
def test_what_is_no_table_is_told(text: str | bytes, field: str, words: str) -> None:
    with pytest.raises(BadInput) as told:
        rows(text)
    assert told.value.errors[0]["field"] == field
    assert words in told.value.errors[0]["message"]


@given(st.text(alphabet="=+-@|%' ax\t", max_size=8))
def test_what_is_neutralised_comes_back_as_it_was(text: str) -> None:
    assert as_meant(neutralised(text)) == text
    assert not neutralised(text).lstrip(" ").startswith(("=", "+", "-", "@", "|", "%", "\t"))
