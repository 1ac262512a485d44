"""A request for a session that is answered when there is news."""

import time
from typing import Any

from tests.app.stories import begin, finish, meanwhile, press_start
from tests.live import Api, Charger


def session_at(api: Api, session_id: str, **query: Any) -> dict[str, Any]:
    answer = api.get(f"/api/sessions/{session_id}", **query)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_the_answer_comes_with_the_news(driver: Api, charger: Charger) -> None:
    session_id = press_start(driver, charger).json()["session_id"]
    waiting = session_at(driver, session_id)
    began = time.monotonic()
    news = meanwhile(lambda: session_at(driver, session_id, wait=20, after=waiting["version"]))
    transaction_id = begin(charger, driver.id_tag)["transactionId"]
    session = news()
    assert (session["state"], session["version"] > waiting["version"]) == ("charging", True)
    end = meanwhile(lambda: session_at(driver, session_id, wait=20, after=session["version"]))
    finish(charger, transaction_id)
    assert end()["state"] == "completed"
    assert time.monotonic() - began < 5


def test_without_news_the_answer_comes_when_the_time_is_up(driver: Api, charger: Charger) -> None:
    session_id = press_start(driver, charger).json()["session_id"]
    begin(charger, driver.id_tag)
    session = session_at(driver, session_id)
    began = time.monotonic()
    assert session_at(driver, session_id, wait=0.3, after=session["version"])["version"] == session["version"]
    assert 0.3 <= time.monotonic() - began < 3


def test_old_news_are_told_at_once_and_bad_questions_refused(driver: Api, charger: Charger) -> None:
    session_id = press_start(driver, charger).json()["session_id"]
    began = time.monotonic()
    session_at(driver, session_id, wait=20, after=0)
    assert time.monotonic() - began < 5
    for bad in ({"wait": 31}, {"wait": -1}, {"wait": "nan"}, {"after": -1}, {"other": 1}):
        assert driver.get(f"/api/sessions/{session_id}", **bad).status_code == 422
