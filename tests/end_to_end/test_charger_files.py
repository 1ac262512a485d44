"""Firmware goes to the virtual charge point and is installed there; its diagnostics and logs come back."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ocpp_server.simulator import running
from ocpp_server.simulator.threaded import ThreadedChargePoint
from tests.app.file_stories import IMAGE, add_image
from tests.app.manufacturer import signer
from tests.live import Api, Server, until

pytestmark = pytest.mark.journeys


@pytest.fixture
def virtual(
    server: Server, new_charge_point: Callable[..., tuple[str, str | None]]
) -> Iterator[tuple[str, ThreadedChargePoint]]:
    """A virtual charge point and its id."""
    charge_point_id, password = new_charge_point()
    with running(f"{server.ocpp_url}/{charge_point_id}", password=password) as charge_point:
        yield charge_point_id, charge_point


def update(root: Api, charge_point_id: str, **facts: Any) -> None:
    image = add_image(root, **facts)
    ordered = root.post(
        f"/api/charge_points/{charge_point_id}/firmware_updates", firmware_id=image["firmware_id"], allow_downgrade=True
    )
    assert ordered.status_code == 201, ordered.text


def ends(root: Api, kind: str, charge_point_id: str, status: str) -> dict[str, Any]:
    """Wait until the latest update or upload has this status, and return it."""

    def look() -> dict[str, Any] | None:
        latest = root.get(f"/api/{kind}", charge_point_id=charge_point_id).json()["items"][0]
        return latest if latest["status"] == status else None

    return until(look)


def runs(root: Api, charge_point_id: str, version: str) -> None:
    until(lambda: root.get(f"/api/charge_points/{charge_point_id}").json()["firmware_version"] == version)


def test_firmware_is_fetched_installed_and_booted(root: Api, virtual: tuple[str, ThreadedChargePoint]) -> None:
    charge_point_id, charge_point = virtual
    update(root, charge_point_id, file_name="board-2.1.0.bin", version="2.1.0")
    installed = ends(root, "firmware_updates", charge_point_id, "Installed")
    assert [step["status"] for step in installed["history"]] == ["Downloading", "Downloaded", "Installing", "Installed"]
    until(lambda: ends(root, "firmware_updates", charge_point_id, "Installed")["bytes_sent"] == len(IMAGE))
    runs(root, charge_point_id, "2.1.0")

    charge_point.do(lambda it: it.fail_install())
    update(root, charge_point_id, file_name="board-2.2.0.bin", version="2.2.0")
    assert ends(root, "firmware_updates", charge_point_id, "InstallationFailed")["reason"] == "installation_failed"


def test_signed_firmware_is_verified(root: Api, virtual: tuple[str, ThreadedChargePoint]) -> None:
    charge_point_id, _charge_point = virtual
    update(root, charge_point_id, file_name="board-3.0.bin", version="3.0", **signer().signed(IMAGE))
    installed = ends(root, "firmware_updates", charge_point_id, "Installed")
    assert installed["signed"]
    assert "SignatureVerified" in [step["status"] for step in installed["history"]]
    runs(root, charge_point_id, "3.0")


@pytest.mark.parametrize("kind", ["Diagnostics", "DiagnosticsLog", "SecurityLog"])
def test_what_it_noted_arrives_and_can_be_downloaded(
    root: Api, virtual: tuple[str, ThreadedChargePoint], kind: str
) -> None:
    charge_point_id, _charge_point = virtual
    ordered = root.post(f"/api/charge_points/{charge_point_id}/diagnostics", kind=kind)
    assert ordered.status_code == 201, ordered.text
    arrived = ends(root, "diagnostics", charge_point_id, "Uploaded")
    content = root.http.get(f"/api/diagnostics/{arrived['diagnostics_id']}/content").text
    assert content.startswith(f"{'security' if kind == 'SecurityLog' else 'diagnostics'} of {charge_point_id}, ")
    assert ("accepted, heartbeat" in content) is (kind != "SecurityLog")
