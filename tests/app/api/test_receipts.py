"""Receipts: for programs as JSON, for people as a page to print that runs nothing and needs nothing else."""

import base64
import hashlib
import re
from typing import Any

import httpx
import pytest

from tests.app.api.test_tariffs import add_tariff, bind
from tests.app.charging import ago, session_of, start, stop
from tests.live import Api, Charger

HOSTILE = "<script>alert(1)</script>"


def page_of(api: Api, session: dict[str, Any], **query: str) -> httpx.Response:
    path = f"/api/sessions/{session['session_id']}/receipt"
    return api.http.get(path, params=query, headers={} if query else {"Accept": "text/html,*/*;q=0.8"})


def finished(root: Api, charger: Charger, id_tag: str) -> dict[str, Any]:
    number = start(charger, id_tag, timestamp=ago(minutes=61))["transactionId"]
    stop(charger, number, timestamp=ago(minutes=1))
    return session_of(root, number)


def test_a_receipt_is_a_page_for_who_asks_for_one(root: Api, charger: Charger, id_tag: str) -> None:
    session = finished(root, charger, id_tag)
    for answer in (page_of(root, session), page_of(root, session, format="html")):
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        assert "There was no price for this session" in answer.text
    for answer in (page_of(root, session, format="json"), root.get(f"/api/sessions/{session['session_id']}/receipt")):
        assert answer.headers["Content-Type"] == "application/json"
    assert page_of(root, session, format="pdf").status_code == 422


def test_the_page_tells_what_is_to_be_paid_and_by_which_tariff(root: Api, charger: Charger, id_tag: str) -> None:
    bind(root, charger, add_tariff(root, price_per_kwh=40, price_per_minute=5, vat_percent=8.1, vat_included=False))
    text = " ".join(re.sub(r"<[^>]*>", " ", page_of(root, finished(root, charger, id_tag)).text).split())
    for told in (
        "Energy: 2.500 kWh at 0.40 EUR per kWh 1.00 EUR",
        "Time: 60:00 min at 0.05 EUR per min 3.00 EUR",
        "Net 4.00 EUR",
        "VAT 8.1 % 0.32 EUR",
        "Total 4.32 EUR",
        "Day: 0.40 EUR per kWh, 0.05 EUR per minute, plus 8.1 % VAT.",
    ):
        assert told in text
    assert "Provisional" not in text
    assert "Estimated" not in text


def test_the_page_says_what_is_not_certain(root: Api, charger: Charger, id_tag: str) -> None:
    bind(root, charger, add_tariff(root))
    number = start(charger, id_tag)["transactionId"]
    charger.status(1, "Available")
    text = page_of(root, session_of(root, number)).text
    assert "Provisional:" in text
    assert "Estimated:" in text


def test_a_refused_tag_is_told_why_there_is_nothing_to_pay(root: Api, charger: Charger) -> None:
    bind(root, charger, add_tariff(root))
    assert "refused, so nothing is to be paid" in page_of(root, finished(root, charger, "NOBODYSCARD")).text


def test_the_page_runs_nothing_and_loads_nothing(root: Api, charger: Charger, id_tag: str) -> None:
    root.patch(f"/api/charge_points/{charger.charge_point_id}", name=HOSTILE, place=HOSTILE)
    bind(root, charger, add_tariff(root, name=HOSTILE))
    page = page_of(root, finished(root, charger, id_tag))
    assert "<script" not in page.text
    assert page.text.count("&lt;script&gt;") == 3
    assert not re.search(r"\b(src|href|on\w+)=", page.text)
    style = re.search(r"<style>(.*?)</style>", page.text, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style.group(1).encode()).digest()).decode()
    policy = page.headers["Content-Security-Policy"].split("; ")
    assert {"default-src 'none'", f"style-src 'sha256-{digest}'"} <= set(policy)
    assert not any("unsafe" in rule or "script-src" in rule for rule in policy)


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_there_is_no_receipt_of_what_runs(root: Api, charger: Charger, id_tag: str, accept: str) -> None:
    session = session_of(root, start(charger, id_tag)["transactionId"])
    answer = root.http.get(f"/api/sessions/{session['session_id']}/receipt", headers={"Accept": accept})
    assert (answer.status_code, answer.json()["code"]) == (409, "session_open")
