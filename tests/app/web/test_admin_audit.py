"""Pages about what people have changed, and about the settings."""

from uuid import uuid4

from tests.app.web.visitors import Visitor, said
from tests.live import ROOT_PASSWORD, Api, Server


def test_what_somebody_changed_is_read_and_what_root_did_is_for_root(server: Server, admin: Visitor, root: Api) -> None:
    number = f"{uuid4().hex[:8].upper()}"
    assert admin.send("/operator/tags/new", id_tag=number, label="<i>").status_code == 303
    by_root = f"{uuid4().hex[:8].upper()}"
    assert root.post("/api/id_tags", idTag=by_root).status_code == 201
    page = admin.get(f"/operator/audit?key={number}")
    assert "label : – → <i>" in said(page)
    assert "<i>" not in page.text
    assert "Nothing found" in said(admin.get(f"/operator/audit?key={by_root}"))
    assert "Nothing found" in said(admin.get(f"/operator/audit?key={number}&username=nobody"))
    with Visitor(server) as somebody:
        somebody.log_in("root", ROOT_PASSWORD)
        assert f"Created: Tag {by_root}" in said(somebody.get(f"/operator/audit?key={by_root}"))
        settings = said(somebody.get("/operator/settings"))
    assert "ROOT_PASSWORD ***" in settings
    assert "QR_REQUIRE_SIGNED off" in settings
    assert "FILE_HOSTS –" in settings
    assert ROOT_PASSWORD not in settings


def test_who_may_less_has_neither_page(staff: Visitor, admin: Visitor) -> None:
    assert staff.get("/operator/audit").status_code == 404
    assert admin.get("/operator/settings").status_code == 404
