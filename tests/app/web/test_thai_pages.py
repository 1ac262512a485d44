"""Texts with values in them on Thai pages: what the API says in English is Thai there, its values included."""

import re
from collections.abc import Iterator
from urllib.parse import urlencode
from uuid import uuid4

import pytest

from tests.app.stories import begin, meanwhile, new_charger, press_start
from tests.app.web.visitors import Visitor, said
from tests.live import Api, Charger, Server

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
