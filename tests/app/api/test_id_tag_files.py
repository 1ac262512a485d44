"""Many idTags at once: tables that staff bring and take."""

import csv
import io
from typing import Any
from uuid import uuid4

import httpx
import pytest

from app.csv_rows import MOST_BYTES
from tests.app.stories import problem
from tests.live import Api


def new_tags(count: int) -> list[str]:
    return [uuid4().hex[:14].upper() for _ in range(count)]


def bring(api: Api, *lines: str, **query: Any) -> httpx.Response:
    content = "\n".join(lines).encode()
    return api.http.post("/api/id_tags/import", content=content, params=query, headers={"Content-Type": "text/csv"})


def counts(answer: httpx.Response) -> dict[str, int]:
    assert answer.status_code == 200, answer.text
    return {name: n for name, n in answer.json().items() if name not in ("dry_run", "errors") and n}


def there(root: Api, *tags: str) -> list[bool]:
    return [root.get(f"/api/id_tags/{tag}").status_code == 200 for tag in tags]


def test_a_table_becomes_tags(root: Api, driver: Api) -> None:
    parent, child, plain = new_tags(3)
    answer = bring(
        root,
        "idTag,label,status,expiry_date,parent_id_tag,concurrent_limit,username",
        f"{child},Card 7,blocked,2030-12-31T18:00:00Z,{parent.lower()},2,{driver.username.upper()}",
        f"{parent},Family,,,,,",
        plain.lower(),
    )
    assert counts(answer) == {"created": 3}
    tag = root.get(f"/api/id_tags/{child}").json()
    facts = {"label": "Card 7", "status": "Blocked", "expiry_date": "2030-12-31T18:00:00.000Z", "kind": "card"}
    assert tag.items() >= {**facts, "parent_id_tag": parent, "concurrent_limit": 2, "username": driver.username}.items()
    assert root.get(f"/api/id_tags/{plain}").json().items() >= {"status": "Accepted", "concurrent_limit": 1}.items()
    written = root.get("/api/audit", kind="id_tag", key=child).json()["items"]
    assert [(one["action"], one["username"]) for one in written] == [("created", "root")]


def test_one_wrong_line_keeps_all_from_being_written_unless_the_others_are_asked_for(root: Api) -> None:
    good, other, child = new_tags(3)
    lines = (
        "idTag,status,expiry_date,parent_id_tag,concurrent_limit,username",
        f"{good},,,,,",
        f"{other},Lost,soon,,0,",
        "two words,,,,,",
        f"{child},,,{other},,",
        f"{good.lower()},,,,,",
        f"{new_tags(1)[0]},,,,,nobody-of-this-name",
        ",Accepted,,,,",
    )
    expected = [
        ("line 3, status", "Input should be 'Accepted' or 'Blocked'"),
        ("line 3, expiry_date", "must be a date and time, such as 2030-12-31T18:00:00Z"),
        ("line 3, concurrent_limit", "Input should be greater than or equal to 1"),
        ("line 4, idTag", "must be 1 to 20 letters, digits or signs, without spaces"),
        ("line 5, parent_id_tag", "there is no such idTag"),
        ("line 6, idTag", "is in line 2 already"),
        ("line 7, username", "there is no such user"),
        ("line 8, idTag", "Field required"),
    ]
    refused = problem(bring(root, *lines), 422, "bad_input")
    assert [(error["field"], error["message"]) for error in refused["errors"]] == expected
    assert there(root, good, other, child) == [False, False, False]

    for query, created in (({"dry_run": True, "partial": True}, False), ({"partial": True}, True)):
        answer = bring(root, *lines, **query)
        assert counts(answer) == {"created": 1}
        told = [(f"line {e['line']}, {e['field']}", e["message"]) for e in answer.json()["errors"]]
        assert told == expected
        assert there(root, good) == [created]


def test_tags_that_are_there_are_passed_over_or_changed_where_they_differ(root: Api) -> None:
    same, other = new_tags(2)
    assert counts(bring(root, "idTag,label", f"{same},Same", f"{other},Old")) == {"created": 2}
    lines = ("idTag,label,status", f"{same},Same,", f"{other},New,Blocked")
    assert counts(bring(root, *lines)) == {"skipped": 2}
    assert counts(bring(root, *lines, existing="update", dry_run=True)) == {"updated": 1, "unchanged": 1}
    assert root.get(f"/api/id_tags/{other}").json()["label"] == "Old"
    assert counts(bring(root, *lines, existing="update")) == {"updated": 1, "unchanged": 1}
    assert root.get(f"/api/id_tags/{other}").json().items() >= {"label": "New", "status": "Blocked"}.items()


def test_families_stay_one_level_and_accounts_tags_theirs(root: Api, driver: Api) -> None:
    vehicle = driver.post("/api/me/vehicles", name="Red").json()["idTag"]
    parent, child, grandchild = new_tags(3)
    root.post("/api/id_tags", idTag=parent)
    root.post("/api/id_tags", idTag=child, parent_id_tag=parent)
    refused = bring(
        root,
        "idTag,parent_id_tag,username",
        f"{grandchild},{child},",
        f"{parent},{driver.id_tag},",
        f"{vehicle},{parent},",
        f"{driver.id_tag},,root",
        f"{child},{child},",
        existing="update",
    )
    assert [error["field"] for error in problem(refused, 422, "bad_input")["errors"]] == [
        "line 2, parent_id_tag",
        "line 3, parent_id_tag",
        "line 4, parent_id_tag",
        "line 5, username",
        "line 6, parent_id_tag",
    ]


def test_an_export_holds_no_formula_and_imports_as_it_was(root: Api, driver: Api) -> None:
    formula = f"=1+{uuid4().hex[:10].upper()}"
    label = '=HYPERLINK("https://example.org","x"), \'@'
    root.post("/api/id_tags", idTag=formula, label=label, username=driver.username, expiry_date="2030-01-01T00:00:00Z")
    exported = root.get("/api/id_tags/export.csv", username=driver.username)
    assert exported.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert "id_tags.csv" in exported.headers["Content-Disposition"]
    rows = {row["username"]: row for row in csv.DictReader(io.StringIO(exported.text)) if row["label"] != "account"}
    assert (rows[driver.username]["idTag"], rows[driver.username]["label"]) == (f"'{formula}", f"'{label}")

    assert counts(bring(root, exported.text, existing="update")) == {"unchanged": 2}
    root.delete(f"/api/id_tags/{formula}")
    assert counts(bring(root, exported.text)) == {"created": 1, "skipped": 1}
    assert root.get(f"/api/id_tags/{formula}").json()["label"] == label


def test_a_table_comes_in_a_form_too(root: Api) -> None:
    (tag,) = new_tags(1)
    answer = root.http.post("/api/id_tags/import", files={"file": ("tags.csv", f"idTag\n{tag}\n")})
    assert counts(answer) == {"created": 1}


def test_what_is_imported_is_unknown_no_more_and_told_to_lists(root: Api, charger: Any) -> None:
    (tag,) = new_tags(1)
    charger.call("Authorize", {"idTag": tag})
    assert counts(bring(root, "idTag", tag)) == {"created": 1}
    assert tag not in [one["idTag"] for one in root.get("/api/id_tags/unknown", limit=500).json()["items"]]
    assert charger.call("Authorize", {"idTag": tag})["idTagInfo"]["status"] == "Accepted"


def test_too_much_and_no_table_are_refused(root: Api, driver: Api) -> None:
    for times in (1, 10):
        problem(bring(root, "idTag", times * MOST_BYTES * "x"), 413, "too_large")
    problem(bring(root, ""), 422, "bad_input")
    problem(bring(root, "idTag", "A", existing="replace"), 422, "bad_input")
    problem(bring(driver, "idTag", "A"), 403, "forbidden")
    problem(driver.get("/api/id_tags/export.csv"), 403, "forbidden")


@pytest.mark.parametrize("query", [{"kind": "car"}, {"limit": 5}, {"username[$ne]": "x"}])
def test_an_export_knows_the_filters_of_the_list(root: Api, query: dict[str, Any]) -> None:
    problem(root.get("/api/id_tags/export.csv", **query), 422, "bad_input")
