import json

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocpp_server.json_text import MAX_DEPTH, decode

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda children: st.lists(children) | st.dictionaries(st.text().filter(lambda name: "\0" not in name), children),
    max_leaves=12,
)


@pytest.mark.parametrize(
    "text",
    [
        b'{"a":1,"a":2}',
        b'{"a":1,"b":{"c":":","c":":"}}',
        b'[{"a" : 1, "\\u0061" : 2}]',
        b'{"a":{"x":1},"a":"x:1"}',
        b'{"\\ud800":1,"\\udc00":2}',
    ],
)
def test_a_member_named_twice_is_refused(text: bytes) -> None:
    with pytest.raises(ValueError, match="named twice"):
        decode(text)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"hello",
        b"[1",
        b"[NaN]",
        b"[Infinity]",
        b"[-Infinity]",
        b"[1e400]",
        b"[" + b"9" * 5_000 + b"]",
        b"[" * 60_000,
        b"[" * 200 + b"]" * 200,
        b"[" * 400 + b"]" * 400,
        b'{"\\u0000":1}',
        b'{"$\\u0000":1}',
    ],
)
def test_what_is_not_honest_json_is_refused_by_a_value_error(text: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 — the promise is the type, the texts are nobody's business
        decode(text)


def test_nesting_is_bounded_whichever_way_the_text_is_read() -> None:
    deepest = b"[" * MAX_DEPTH + b"]" * MAX_DEPTH
    assert decode(deepest) == json.loads(deepest)
    for text in (b"[" + deepest + b"]", b'["\\u0041",' + deepest + b"]"):
        with pytest.raises(ValueError, match="nested too deeply"):
            decode(text)


def test_many_shallow_brackets_are_no_nesting() -> None:
    text = b"[" + b",".join([b"{}"] * 500) + b"]"
    assert decode(text) == [{}] * 500


def test_integers_beyond_64_bits_become_floats_that_bson_can_store() -> None:
    numbers = decode(b"[9223372036854775807, -9223372036854775808, 9223372036854775808, 1180591620717411303424]")
    assert numbers[:2] == [2**63 - 1, -(2**63)]
    assert numbers[2:] == [float(2**63), float(2**70)]
    assert [type(number) for number in numbers] == [int, int, float, float]
    assert [type(number) for number in decode(b'["\\u0041", 9223372036854775808]')] == [str, float]


def test_lone_surrogates_and_broken_utf8_become_replacement_characters() -> None:
    assert decode(b'{"a\\ud800":["\\udfff","\\ud83d\\ude00"]}') == {"a\ufffd": ["\ufffd", "\U0001f600"]}
    assert decode(b'["caf\xe9"]') == ["caf\ufffd"]


def test_colons_inside_strings_are_not_mistaken_for_members() -> None:
    assert decode(b'{"a:b":"c:d","e":[":",{"f:":"::"}]}') == {"a:b": "c:d", "e": [":", {"f:": "::"}]}


@given(VALUES)
def test_whatever_json_can_say_is_read_as_it_was_meant(value: object) -> None:
    assert decode(json.dumps(value).encode()) == value
    assert decode(orjson.dumps(value, option=orjson.OPT_INDENT_2)) == value
