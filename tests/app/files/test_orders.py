"""The limits of files: size, time, silence, hosts, damage; on a server that has little of each."""

from collections.abc import Iterator
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.database import Database

from app.config import load_settings
from app.errors import ConfigurationError
from tests import plain_http
from tests.app.beside import FILE_BYTES
from tests.app.file_stories import (
    add_image,
    diagnostics_of,
    order_diagnostics,
    order_update,
    path_of,
    raw_upload,
    status_in,
    updates_of,
)
from tests.app.stories import meanwhile, new_charger, problem
from tests.live import Api, Charger, Server, until


@pytest.fixture
def plugged(small_server: Server, small_root: Api) -> Iterator[Charger]:
    charger = new_charger(small_server, small_root)
    yield charger
    charger.close()


@pytest.fixture(scope="module")
def database(small_server: Server, small_uri: str) -> Iterator[Database[dict[str, Any]]]:
    """What is on the disk: only there can be seen that nothing is left, and only there can it be damaged."""
    with MongoClient[dict[str, Any]](small_uri) as client:
        yield client.get_default_database()


def test_a_file_that_is_too_large_is_refused_and_nothing_of_it_kept(
    small_root: Api, small_server: Server, plugged: Charger, database: Database[dict[str, Any]]
) -> None:
    chunks = database["files.chunks"].count_documents({})
    query = {"name": "x", "version": "1"}
    block = b"x" * 50_000
    _answer, link = order_diagnostics(small_root, plugged)
    bodies: list[dict[str, Any]] = [
        {"content": block * 6 + b"1"},
        {"content": (block for _ in range(7))},
        {"files": {"file": ("a", block * 6 + b"1")}},
    ]
    for body in bodies:
        problem(plain_http.put(link, **body), 413, "too_large")
    problem(small_root.http.post("/api/firmware", params=query, content=(block for _ in range(7))), 413, "too_large")
    with raw_upload(small_server, path_of(link), 10_000_000_000) as peer:
        assert status_in(peer) == 413
    assert database["files.chunks"].count_documents({}) == chunks
    assert database["files.unowned"].count_documents({}) == 0
    assert plain_http.put(link, content=block * 6).status_code == 200


def test_a_peer_that_falls_silent_loses_its_upload_and_nobody_elses(
    small_root: Api, small_server: Server, plugged: Charger, database: Database[dict[str, Any]]
) -> None:
    chunks = database["files.chunks"].count_documents({})
    _answer, link = order_diagnostics(small_root, plugged)
    with raw_upload(small_server, path_of(link), FILE_BYTES) as peer:
        peer.sendall(b"x" * (FILE_BYTES - 1))
        until(lambda: database["files.unowned"].count_documents({}) == 1)
        assert status_in(peer) == 400
    until(lambda: database["files.unowned"].count_documents({}) == 0)
    assert database["files.chunks"].count_documents({}) == chunks


def test_slow_transfers_leave_threads_for_everything_else(
    small_root: Api, small_server: Server, plugged: Charger, database: Database[dict[str, Any]]
) -> None:
    links = [path_of(order_diagnostics(small_root, plugged)[1]) for _ in range(3)]
    with raw_upload(small_server, links[0], 10) as one, raw_upload(small_server, links[1], 10) as two:
        one.sendall(b"1")
        two.sendall(b"2")
        # Asked sooner, the third one might take the place of the second.
        until(lambda: database["files.unowned"].count_documents({}) == 2)
        url = small_server.url + links[2]
        until(lambda: plain_http.put(url, content=b"").status_code == 429, 2)
        assert small_root.get("/api/me").status_code == 200
    until(lambda: plain_http.put(url, content=b"").status_code == 422)


def test_a_link_is_good_for_its_time_alone_which_begins_when_the_update_may(small_root: Api, plugged: Charger) -> None:
    image = add_image(small_root, b"short")
    _answer, now = order_update(small_root, plugged, image["firmware_id"])
    _answer, later = order_update(small_root, plugged, image["firmware_id"], retrieve_date="2090-01-01T00:00:00Z")
    _answer, upload = order_diagnostics(small_root, plugged)
    assert plain_http.get(now).content == b"short"
    until(lambda: plain_http.get(now).status_code == 404)
    problem(plain_http.get(now), 404, "not_found")
    until(lambda: plain_http.put(upload, content=b"").status_code == 404)
    assert plain_http.get(later).content == b"short"


def test_diagnostics_are_deleted_when_their_time_is_over(
    small_root: Api, plugged: Charger, database: Database[dict[str, Any]]
) -> None:
    answer, link = order_diagnostics(small_root, plugged)
    plain_http.put(link, content=b"x" * 1000)
    (request,) = diagnostics_of(small_root, plugged)
    file = database["diagnostics"].find_one({"_id": request["diagnostics_id"]})
    assert file is not None
    assert database["files.chunks"].count_documents({"files_id": file["file_id"]}) == 1
    until(lambda: small_root.get(f"/api/diagnostics/{answer.json()['diagnostics_id']}").status_code == 404)
    assert database["files.chunks"].count_documents({"files_id": file["file_id"]}) == 0


def test_what_a_dead_process_left_half_written_is_deleted(database: Database[dict[str, Any]], small_root: Api) -> None:
    image = add_image(small_root, b"short")
    old = {"$dateSubtract": {"startDate": "$$NOW", "unit": "hour", "amount": 25}}
    database["files.chunks"].insert_one({"files_id": "half", "n": 0, "data": b"x"})
    database["files.unowned"].update_one({"_id": "half"}, [{"$set": {"at": old}}], upsert=True)
    until(lambda: database["files.unowned"].count_documents({"_id": "half"}) == 0)
    assert database["files.chunks"].count_documents({"files_id": "half"}) == 0
    assert small_root.get(f"/api/firmware/{image['firmware_id']}").status_code == 200


def test_an_image_that_was_damaged_on_the_disk_is_not_offered(
    small_root: Api, plugged: Charger, database: Database[dict[str, Any]]
) -> None:
    for damage in ({"$set": {"data": b"shorT"}}, None):
        image = add_image(small_root, b"short")
        file = database["firmware"].find_one({"_id": image["firmware_id"]})
        assert file is not None
        if damage:
            database["files.chunks"].update_one({"files_id": file["file_id"]}, damage)
        else:
            database["files.chunks"].delete_one({"files_id": file["file_id"]})
        update = f"/api/charge_points/{plugged.charge_point_id}/firmware_updates"
        problem(small_root.post(update, firmware_id=image["firmware_id"]), 409, "firmware_damaged")
    assert updates_of(small_root, plugged) == []


@pytest.mark.parametrize(
    ("action", "payload"),
    [
        ("UpdateFirmware", {"location": "ftp://10.0.0.5/x.bin", "retrieveDate": "2030-01-01T00:00:00.000Z"}),
        ("GetDiagnostics", {"location": "https://files.example.org/up?sig=secret", "retries": 2}),
    ],
)
def test_a_charge_point_may_be_sent_to_a_listed_host(
    small_root: Api, plugged: Charger, action: str, payload: dict[str, Any]
) -> None:
    plugged.answers[action] = {}
    command = f"/api/charge_points/{plugged.charge_point_id}/commands/{action}"
    answer = meanwhile(lambda: small_root.post(command, payload))
    assert plugged.serve(1) == [(action, payload)]
    assert answer().status_code == 200
    recorded = small_root.get(f"/api/commands/{answer().json()['command_id']}").json()["payload"]
    assert "secret" not in str(recorded)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FILE_HOSTS", "C:\\firmware"),
        ("FILE_HOSTS", "gopher://x"),
        ("FILE_LINK_LIFETIME", "0"),
        ("FIRMWARE_MAX_BYTES", "x"),
    ],
)
def test_a_wrong_setting_is_named(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError, match=name):
        load_settings()
