"""Tokens and names of files."""

import pytest

from app.domain.files import TOKEN_LENGTH, new_token, safe_name, split_token, token_digest, without_token


def test_tokens_differ_and_are_kept_as_digests() -> None:
    one, other = new_token(), new_token()
    assert one != other
    assert len(one) == TOKEN_LENGTH
    assert token_digest(one) not in (one, token_digest(other))


@pytest.mark.parametrize("name", ["", "/x.log", "x.log", "//x", "/../../x", "0123"])
def test_a_token_is_found_however_the_name_is_glued_to_it(name: str) -> None:
    token = new_token()
    assert split_token(token + name) == (token, name)


@pytest.mark.parametrize("path", ["", "short", "G" * TOKEN_LENGTH, "/" + "0" * TOKEN_LENGTH])
def test_what_has_no_token_has_none(path: str) -> None:
    assert split_token(path) == ("", path)


def test_a_link_is_written_down_without_its_token() -> None:
    assert without_token(f"https://x.org/cb/files/firmware/{new_token()}/x") == "https://x.org/cb/files/firmware/***"
    assert without_token("/api/firmware/5") == "/api/firmware/5"


@pytest.mark.parametrize(
    ("told", "safe"),
    [
        ("diag.log", "diag.log"),
        ("/var/log/diag 1.log", "diag_1.log"),
        ("C:\\logs\\diag.log", "diag.log"),
        (".htaccess", "htaccess"),
        ("-rf", "rf"),
        ('a"b\r\nc', "a_b_c"),
        ("..", "x"),
        ("dir/", "x"),
        ("é", "x"),
        (None, "x"),
        ("a" * 300, "a" * 100),
    ],
)
def test_a_name_is_made_safe(told: object, safe: str) -> None:
    assert safe_name(told, "x") == safe
