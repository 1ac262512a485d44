"""Labels to print: QR codes, a sheet of them, and the end of old ones."""

import pytest

from tests.app.api.test_qr import in_the_way, resolve, unsigned
from tests.app.stories import problem
from tests.live import Api, Charger


def test_a_printed_label_is_good_until_it_is_revoked_and_so_is_the_next(root: Api, charger: Charger) -> None:
    charger.status(1, "Preparing")
    here = f"/api/charge_points/{charger.charge_point_id}/connectors/1/qr"
    first = root.get(here).json()
    assert resolve(root, first["uri"])["signed"] is resolve(root, first["link"])["signed"] is True
    second = root.post(f"{here}/revoke").json()
    assert (first["version"], second["version"], root.get(here).json()) == (1, 2, second)
    assert in_the_way(root, first["uri"]) == in_the_way(root, first["link"]) == "label_revoked"
    assert in_the_way(root, second["uri"]) is None
    assert in_the_way(root, unsigned(charger)) is None
    audit = root.get("/api/audit", kind="label").json()["items"]
    assert f"{charger.charge_point_id.casefold()}/1" in [line["key"] for line in audit]


def test_d2_a_revoked_label_stays_revoked_when_the_charge_point_is_added_again(root: Api, charger: Charger) -> None:
    here = f"/api/charge_points/{charger.charge_point_id}"
    old = root.get(f"{here}/connectors/2/qr").json()["uri"]
    assert root.post(f"{here}/connectors/2/qr/revoke").status_code == 200
    assert root.delete(here).status_code == 204
    assert root.post("/api/charge_points", id=charger.charge_point_id).status_code == 201
    assert in_the_way(root, old) == "label_revoked"


def test_the_code_comes_as_svg_and_as_png(root: Api, charger: Charger) -> None:
    here = f"/api/charge_points/{charger.charge_point_id}/connectors/1"
    svg = root.get(f"{here}/qr.svg", form="link", scale=4)
    assert (svg.status_code, svg.headers["Content-Type"]) == (200, "image/svg+xml")
    assert "<svg xmlns=" in svg.text
    assert "<script" not in svg.text
    small, large = (root.get(f"{here}/qr.png", scale=scale, error_correction="M") for scale in (1, 2))
    assert small.headers["Content-Type"] == "image/png"
    assert small.content.startswith(b"\x89PNG\r\n")
    widths = [int.from_bytes(image.content[16:20], "big") for image in (small, large)]
    assert widths[1] == 2 * widths[0] > 0


@pytest.mark.parametrize("bad", [{"scale": 41}, {"scale": 0}, {"error_correction": "L"}, {"form": "x"}, {"size": 1}])
def test_a_code_is_bounded(root: Api, charger: Charger, bad: dict[str, object]) -> None:
    problem(root.get(f"/api/charge_points/{charger.charge_point_id}/connectors/1/qr.png", **bad), 422, "bad_input")


def test_only_connectors_that_are_there_have_labels(root: Api, charger: Charger) -> None:
    for what in ("3/qr", "3/qr.svg", "0/qr.png"):
        assert root.get(f"/api/charge_points/{charger.charge_point_id}/connectors/{what}").status_code in (404, 422)
    problem(root.get("/api/charge_points/NOBODY/connectors/1/qr"), 404, "not_found")


def test_the_sheet_shows_each_connector_and_escapes_what_operators_wrote(root: Api, charger: Charger) -> None:
    here = f"/api/charge_points/{charger.charge_point_id}"
    place = f"Yard of {charger.charge_point_id}"
    assert root.patch(here, name="<script>alert(1)</script>", place=place).status_code == 200
    for query in ({"charge_point_id": charger.charge_point_id}, {"place": place}):
        page = root.get("/api/charge_points/labels", **query)
        assert page.headers["Content-Type"].startswith("text/html")
        assert page.text.count("<svg") == 2
        for shown in (charger.charge_point_id, "Connector 1", "Connector 2", place, "&lt;script&gt;"):
            assert shown in page.text
        assert "<script" not in page.text
        assert " style=" not in page.text
        assert page.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'sha256-")
    nothing = root.get("/api/charge_points/labels", place="nowhere at all")
    assert "There is no charge point" in nothing.text
    problem(root.get("/api/charge_points/labels", charge_point_id="NOBODY"), 404, "not_found")


@pytest.mark.parametrize("name", ["labels", "Labels", "pending"])
def test_no_charge_point_is_called_as_a_path_is(root: Api, name: str) -> None:
    problem(root.post("/api/charge_points", id=name), 422, "bad_input")
