"""Charge point ids and keys."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.charge_points import (
    ID_PATTERN,
    charge_point_key,
    clip,
    generate_password,
    hash_password,
    key_bytes,
    password_matches,
    valid_charge_point_id,
)
from ocpp_server.handshake import InvalidPath, charge_point_id

KEY = bytes(range(0xE0, 0xF4))  # twenty bytes that are not UTF-8


@pytest.mark.parametrize("text", ["CP001", "RDAM 123", "a", "x" * 48, "DE*ABC*E1234|5", "..1", "user@site.example+2"])
def test_what_can_be_an_id(text: str) -> None:
    assert valid_charge_point_id(text)


@pytest.mark.parametrize(
    "text", ["", " ", " CP", "CP ", "x" * 49, "a/b", "..", ".", "CP\n1", "CP\x00", "ladestation-ü", "<b>"]
)
def test_what_cannot_be_an_id(text: str) -> None:
    assert not valid_charge_point_id(text)


@given(st.from_regex(ID_PATTERN, fullmatch=True))
def test_every_id_that_may_be_given_can_come_in_at_the_door(text: str) -> None:
    if not valid_charge_point_id(text):
        return
    path = f"/ocpp/{''.join(f'%{byte:02X}' for byte in text.encode())}"
    assert charge_point_id(path) == text


@given(st.text(max_size=60))
def test_what_comes_in_at_the_door_may_be_given_as_an_id(text: str) -> None:
    path = f"/ocpp/{''.join(f'%{byte:02X}' for byte in text.encode('utf-8', 'surrogatepass'))}"
    try:
        let_in = charge_point_id(path)
    except InvalidPath:
        return
    assert valid_charge_point_id(let_in)


def test_ids_are_looked_up_without_regard_to_case() -> None:
    assert charge_point_key("Cp-ONE") == charge_point_key("cP-one")


def test_a_generated_key_is_within_what_chargers_take() -> None:
    keys = {generate_password() for _ in range(50)}
    assert len(keys) == 50
    assert {len(key.encode()) for key in keys} == {20}


@pytest.mark.parametrize("presented", [KEY, KEY.hex().encode(), KEY.hex().upper().encode()])
def test_a_key_matches_as_bytes_and_as_their_hex_text(presented: bytes) -> None:
    assert password_matches(presented, hash_password(key_bytes(KEY.hex())))


def test_a_key_that_is_plain_text_matches_as_it_is() -> None:
    assert password_matches(b"a plain text key", hash_password(key_bytes("a plain text key")))


@pytest.mark.parametrize("presented", [b"", b"wrong", KEY[:-1], KEY.hex().encode()[:-1], b"\x00" * 20, b"zz"])
def test_another_key_does_not_match(presented: bytes) -> None:
    assert not password_matches(presented, hash_password(KEY))


@given(st.binary(max_size=60))
def test_nothing_matches_a_charge_point_without_a_key(presented: bytes) -> None:
    assert not password_matches(presented, None)


def test_the_same_key_is_never_kept_the_same_way_twice() -> None:
    assert hash_password(KEY) != hash_password(KEY)


@pytest.mark.parametrize(
    ("text", "kept"), [(None, None), ("", None), (7, "7"), ("x" * 9, "xxxx"), ("\u202e<", "\u202e<")]
)
def test_a_chargers_words_are_bounded_and_otherwise_left_alone(text: object, kept: str | None) -> None:
    assert clip(text, 4) == kept
