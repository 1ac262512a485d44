"""English and Thai, both complete, and who gets which; whose time a page shows."""

import re
from typing import Any

import pytest

from app.web.languages import LANGUAGES
from app.web.translating import read, template
from tests.app.web.visitors import Visitor, said
from tests.live import Api, Server

THAI = re.compile("[\u0e00-\u0e7f]")


@pytest.fixture(scope="module")
def texts_in_the_source() -> set[Any]:
    return {message.id for message in template() if message.id}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_has_every_text_and_no_other(texts_in_the_source: set[Any], language: str) -> None:
    """`make i18n` writes what is missing into it."""
    catalogue, wanted = read(language), texts_in_the_source
    assert {message.id for message in catalogue if message.id} == wanted
    for message in catalogue:
        if message.id:
            texts = message.string if isinstance(message.string, tuple) else (message.string,)
            assert all(texts), f"{language}: {message.id}"
            assert language == "en" or all(THAI.search(text) for text in texts), message.id
            assert not message.fuzzy, message.id
            assert not list(message.check(catalogue)), message.id


def test_the_browser_has_its_say_until_somebody_chooses_a_language(server: Server) -> None:
    with Visitor(server, language="th-TH,th;q=0.9,en;q=0.5") as thai, Visitor(server, language="de,fr;q=0.5") as other:
        page = thai.get("/")
        assert '<html lang="th">' in page.text
        assert "สมัครสมาชิก" in said(page)
        assert '<html lang="en">' in other.get("/").text
        answer = thai.send("/language?next=/login", language="en")
        assert (answer.status_code, answer.headers["Location"]) == (303, "/login")
        assert '<html lang="en">' in thai.get("/login").text
        assert thai.send("/language", language="xx").status_code == 422


def test_an_account_has_its_language_on_every_device(server: Server, account: Api, at_home: Visitor) -> None:
    assert '<html lang="en">' in at_home.get("/").text
    at_home.send("/language", language="th")
    assert account.get("/api/me").json()["language"] == "th"
    with Visitor(server, language="en") as elsewhere:
        assert '<html lang="th">' in elsewhere.log_in(account.username).get("/").text
    account.patch("/api/me", language="en")


def test_who_signs_up_on_a_thai_page_has_a_thai_account(server: Server) -> None:
    with Visitor(server, language="th") as thai:
        assert thai.send("/signup", username="somchai-th", password="long enough").status_code == 303
        assert thai.http.get("/api/me").json()["language"] == "th"
