"""Texts with values in them on Thai pages: what the API says in English is Thai there, its values included."""

import re
from collections.abc import Iterator
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from websockets.exceptions import InvalidStatus

from tests.app.stories import begin, meanwhile, new_charger, press_start
from tests.app.web.test_admin_tags import bring
from tests.app.web.test_bulk_commands import send as send_to_many
from tests.app.web.visitors import Visitor, said
from tests.live import Api, Charger, Server, basic, plug_in, until

ENGLISH = re.compile(r"\b[A-Za-z]+(?: [a-z]{2,}){2,}")


def thai(text: str) -> str:
    """Return what a page says, which must have no three English words in a row."""
    assert not ENGLISH.findall(text)
    return text


@pytest.fixture(scope="module")
def charger(server: Server, root: Api) -> Iterator[Charger]:
    charger = new_charger(server, root, connectors=3)
    yield charger
    charger.close()


@pytest.fixture
def thai_staff(staff: Visitor) -> Iterator[Visitor]:
    staff.send("/language", language="th")
    yield staff
    staff.send("/language", language="en")


@pytest.fixture
def thai_admin(admin: Visitor) -> Iterator[Visitor]:
    admin.send("/language", language="th")
    yield admin
    admin.send("/language", language="en")


def test_why_a_tag_may_not_charge_is_told_with_its_values(
    thai_staff: Visitor, root: Api, driver: Api, charger: Charger, id_tag: str
) -> None:
    def told(tag: str = id_tag, at: str = charger.charge_point_id, connector: str = "1") -> str:
        asked = urlencode({"id_tag": tag, "at": at, "connector": connector})
        return thai(said(thai_staff.get(f"/operator/tags/why?{asked}")))

    assert "ยังไม่มีใครเพิ่มแท็กนี้" in told("NO-SUCH-TAG")
    assert "ไม่มีเครื่องชาร์จหมายเลขนี้" in told(at="NO-SUCH-CP")
    assert "เครื่องนี้มีหัวชาร์จ 1, 2, 3" in told(connector="7")
    held = meanwhile(lambda: driver.post("/api/reservations", evse_id=charger.charge_point_id, connector_id=3))
    charger.serve(1)
    assert held().status_code in (200, 201), held().text
    assert re.search(r"จองไว้ถึง \d+ \S+ 20\d\d \d\d:\d\d น\.", told(connector="3"))
    begin(charger, id_tag)
    assert "มีคนกำลังชาร์จหรือกำลังจะชาร์จที่หัวนี้" in told()
    assert "กำลังชาร์จอยู่ที่อื่น 1 รายการ จำนวนสูงสุดคือ 1" in told(connector="2")
    root.patch(f"/api/id_tags/{id_tag}", status="Blocked", expiry_date="2020-01-01T00:00:00Z")
    page = told()
    assert "แท็กถูกระงับ" in page
    assert "แท็กหมดอายุแล้ว" in page


@pytest.mark.parametrize(
    ("action", "fields", "words"),
    [
        ("Reset", {}, "โปรดกรอกช่องนี้"),
        ("Reset", {"type": "Medium"}, "โปรดเลือกจากรายการ: Hard, Soft"),
        ("UnlockConnector", {"connectorId": "9999999999"}, "ไม่เกิน 2147483647"),
        ("UnlockConnector", {"connectorId": "-9999999999"}, "อย่างน้อย -2147483648"),
        ("UnlockConnector", {"connectorId": "one"}, "กรุณาใส่จำนวนเต็ม"),
        (
            "ReserveNow",
            {"connectorId": "1", "expiryDate": "2099-01-01T00:00", "idTag": "x" * 21, "reservationId": "1"},
            "ไม่เกิน 20 ตัวอักษร",
        ),
    ],
)
def test_what_breaks_the_schema_of_a_command_is_told_with_its_limit(
    thai_staff: Visitor, charger: Charger, action: str, fields: dict[str, str], words: str
) -> None:
    page = thai_staff.send(f"/operator/charge-points/{charger.charge_point_id}/commands/{action}", **fields)
    assert page.status_code == 422
    assert words in thai(said(page))


@pytest.mark.parametrize(
    ("page", "fields", "words"),
    [
        ("tariffs/new", {"name": "x", "currency": "THB", "price_per_kwh": "7.905"}, "ทศนิยมไม่เกิน 2 ตำแหน่ง"),
        ("tariffs/new", {"name": "x", "currency": "THB", "vat_percent": "101"}, "0 ถึง 100"),
        ("charge-points/new", {"id": "x/y"}, "ตัวอักษรอังกฤษ ตัวเลข หรือ"),
        (
            "charging-profiles/new",
            {
                "name": "x",
                "purpose": "TxProfile",
                "kind": "Absolute",
                "unit": "A",
                "stack_level": "0",
                "periods.0.start_period": "0:00",
                "periods.0.limit": "6",
            },
            "ตารางแบบ Absolute ต้องมีค่านี้",
        ),
    ],
)
def test_what_is_wrong_with_a_field_is_told_with_its_values(
    thai_admin: Visitor, page: str, fields: dict[str, str], words: str
) -> None:
    answer = thai_admin.send(f"/operator/{page}", **fields)
    assert answer.status_code == 422
    assert words in thai(said(answer))


def test_a_fault_is_told_to_the_driver_and_to_staff_by_what_it_means(
    server: Server, thai_staff: Visitor, account: Api, charger: Charger
) -> None:
    session_id = press_start(account, charger, connector_id=2).json()["session_id"]
    begin(charger, account.id_tag, connector_id=2)
    charger.status(2, "Faulted", errorCode="GroundFailure")
    with Visitor(server, language="th") as visitor:
        driver = visitor.log_in(account.username)
        driver.send("/language", language="th")
        for page in (driver.get(f"/sessions/{session_id}"), thai_staff.get(f"/operator/sessions/{session_id}")):
            assert "เครื่องชาร์จแจ้งว่าขัดข้อง ระบบป้องกันไฟรั่วตัดวงจร" in thai(said(page))


def test_what_became_of_a_command_is_told_once(thai_staff: Visitor, root: Api) -> None:
    charge_point_id = f"AWAY-{uuid4().hex[:8]}"
    root.post("/api/charge_points", id=charge_point_id)
    page = thai_staff.send(f"/operator/charge-points/{charge_point_id}/commands/Reset", type="Soft")
    assert page.status_code == 409
    text = thai(said(page))
    assert "ไม่ได้เชื่อมต่อ Reset" in text
    assert "not connected" not in text


def test_why_connections_were_refused_and_broke_off_is_told_with_the_values(
    server: Server, root: Api, thai_admin: Visitor
) -> None:
    one = root.post("/api/charge_points", id=f"TH-{uuid4().hex[:8]}").json()
    home = f"/operator/charge-points/{one['id']}"
    wrong = {"Authorization": basic("somebody", "else")}
    with pytest.raises(InvalidStatus):
        plug_in(server, one["id"], None, headers=wrong)
    charger = plug_in(server, one["id"], one.get("password"))
    charger.boot()
    charger.socket.close(4000, "enough of it")
    page = until(lambda: found if "4000" in said(found := thai_admin.get(f"{home}/history")) else None)
    text = said(page).replace("enough of it", "")
    assert f"ชื่อผู้ใช้คือ 'somebody' แต่หมายเลขใน URL คือ '{one['id']}'" in thai(text)
    assert "เครื่องปิดการเชื่อมต่อเองด้วยรหัส 4000" in text


def test_what_is_wrong_with_each_line_of_a_table_is_told(thai_staff: Visitor, id_tag: str) -> None:
    table = (
        "idTag,status,expiry_date,concurrent_limit,username\n"
        f"{'X' * 21},,,,\nTH-2,nonsense,,,\nTH-3,,soon,,\nTH-4,,,0,\nTH-5,,,,nobody-at-all\n"
        f"{id_tag},,,,\n{id_tag},,,,\n"
    )
    tried = thai(said(bring(thai_staff, table, how="try")))
    for words in (
        "ตัวอักษรอังกฤษ ตัวเลข หรือเครื่องหมาย 1 ถึง 20 ตัว",
        "ค่าใดค่าหนึ่งต่อไปนี้: 'Accepted', 'Blocked'",
        "วันและเวลา เช่น 2030-12-31",
        "อย่างน้อย 1",
        "ไม่มีผู้ใช้นี้",
        "มีอยู่แล้วในบรรทัด 7",
    ):
        assert words in tried
    assert "บรรทัด 2, idTag: ตัวอักษรอังกฤษ" in thai(said(bring(thai_staff, table, how="write")))


def test_why_a_certificate_was_refused_is_told(thai_admin: Visitor, charger: Charger) -> None:
    assert charger.call("SignCertificate", {"csr": "nonsense"}) == {"status": "Rejected"}
    page = thai_admin.get(f"/operator/charge-points/{charger.charge_point_id}/certificates")
    assert "CSR ไม่ใช่คำขอใบรับรองแบบ PEM ที่อ่านได้" in thai(said(page))


def test_why_a_command_was_not_sent_is_told(thai_staff: Visitor, root: Api) -> None:
    rejected = f"TH-{uuid4().hex[:8]}"
    root.post("/api/charge_points", id=rejected)
    assert root.patch(f"/api/charge_points/{rejected}", registration="Rejected").status_code == 200
    address = send_to_many(thai_staff, "reset-soft", rejected).headers["Location"]
    page = until(lambda: shown if "1 จาก 1" in said(shown := thai_staff.get(address)) else None)
    assert "เครื่องถูกปฏิเสธไว้ จึงไม่ส่งอะไรไป" in thai(said(page))


def test_what_people_have_changed_is_told_by_what_it_is(thai_admin: Visitor) -> None:
    number = f"TH-{uuid4().hex[:8].upper()}"
    thai_admin.send("/operator/tags/new", id_tag=number)
    page = thai(said(thai_admin.get(f"/operator/audit?kind=id_tag&key={number}")))
    assert f"สร้าง: แท็ก {number}" in page


def test_who_is_not_known_in_a_group_is_told(thai_admin: Visitor) -> None:
    group = {"group": f"TH-{uuid4().hex[:8]}", "idTags": "NOT-HERE", "charge_point_ids": "NOR-HERE"}
    page = thai(said(thai_admin.send("/operator/tag-lists/groups/new", **group)))
    assert re.search("(NOT|NOR)-HERE", page)
