"""Firmware management: updates and diagnostics."""

from typing import Any

import pytest

from tests import plain_http
from tests.app.file_stories import add_image, diagnostics_of, updates_of
from tests.conformance.station import Operator, Station
from tests.live import Api, Server


def order_update(operator: Operator, image: dict[str, Any]) -> str:
    """Order an update; return the URL the charge point is given."""
    body = {"firmware_id": image["firmware_id"]}
    path = f"{operator.path}/firmware_updates"
    request, said = operator.ask("UpdateFirmware", {}, lambda: operator.root.post(path, body))
    assert said.status_code == 201, said.text
    assert set(request) == {"location", "retrieveDate"}
    return str(request["location"])


def tell(station: Station, *statuses: str) -> None:
    for status in statuses:
        assert station.call("FirmwareStatusNotification", {"status": status}) == {}


def told(root: Api, station: Station) -> list[str]:
    (update,) = updates_of(root, station)
    return [step["status"] for step in update["history"]]


def test_tc_044_1_downloaded_and_installed(station: Station, operator: Operator, root: Api, server: Server) -> None:
    link = order_update(operator, add_image(root, b"an image"))
    assert link.startswith(f"{server.url}/files/firmware/")
    tell(station, "Downloading")
    assert plain_http.get(link).content == b"an image"
    tell(station, "Downloaded")
    station.statuses({1: "Unavailable", 2: "Unavailable"})
    tell(station, "Installing")
    again = station.reconnect()
    again.enter_service()
    tell(again, "Installed")
    assert told(root, again) == ["Downloading", "Downloaded", "Installing", "Installed"]


def test_tc_044_2_the_download_fails(station: Station, operator: Operator, root: Api) -> None:
    order_update(operator, add_image(root, b"an image"))
    tell(station, "Downloading", "DownloadFailed")
    station.statuses({1: "Available", 2: "Available"})
    assert told(root, station) == ["Downloading", "DownloadFailed"]


def test_tc_044_3_the_installation_fails(station: Station, operator: Operator, root: Api) -> None:
    order_update(operator, add_image(root, b"an image"))
    tell(station, "Downloading", "Downloaded")
    station.statuses({1: "Unavailable", 2: "Unavailable"})
    tell(station, "Installing")
    again = station.reconnect()
    assert again.boot()["status"] == "Accepted"
    tell(again, "InstallationFailed")
    again.statuses({0: "Available", 1: "Available", 2: "Available"})
    assert told(root, again) == ["Downloading", "Downloaded", "Installing", "InstallationFailed"]


@pytest.mark.parametrize("end", [pytest.param("Uploaded", id="tc_045_1"), pytest.param("UploadFailed", id="tc_045_2")])
def test_diagnostics_are_asked_for(station: Station, operator: Operator, root: Api, server: Server, end: str) -> None:
    path = f"{operator.path}/diagnostics"
    request, said = operator.ask("GetDiagnostics", {"fileName": "diag.log"}, lambda: root.post(path))
    assert said.status_code == 201, said.text
    assert request["location"].startswith(f"{server.url}/files/diagnostics/")
    assert station.call("DiagnosticsStatusNotification", {"status": "Uploading"}) == {}
    if end == "Uploaded":
        assert plain_http.put(request["location"] + "diag.log", content=b"a log").status_code == 200
    assert station.call("DiagnosticsStatusNotification", {"status": end}) == {}
    (kept,) = diagnostics_of(root, station)
    assert kept["status"] == end
    content = root.get(f"/api/diagnostics/{kept['diagnostics_id']}/content")
    assert content.content == b"a log" if end == "Uploaded" else content.status_code == 404
