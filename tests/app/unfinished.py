"""What is under way when a server ends: each function here begins something and leaves it in the middle."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.app.certificate_stories import ask, boot_as, kinds, new_csr, put_off
from tests.app.charging import meter, new_tag, value
from tests.app.file_stories import add_image, updates_of
from tests.app.list_station import ListStation
from tests.app.secure import SecureServer, added, send_configuration
from tests.app.stories import begin, meanwhile, new_charger, press_start, problem
from tests.live import Api, Charger, until

NEW_KEY = "0f1e2d3c4b5a69788796a5b4c3d2e1f001122334"


@dataclass
class Doomed:
    """A server that is about to end, its operator, and who is connected to it."""

    secure: SecureServer
    root: Api
    connected: list[Charger] = field(default_factory=list)

    def new_charger(self, **facts: Any) -> Charger:
        return self.keep(new_charger(self.secure.plain, self.root, connectors=0, **facts))

    def keep(self, charger: Charger) -> Charger:
        self.connected.append(charger)
        return charger


@contextmanager
def doomed(secure: SecureServer) -> Iterator[Doomed]:
    """Give what the stories need; the server ends within the block, and then its charge points hang up."""
    one = Doomed(secure, secure.plain.root())
    yield one
    one.root.close()
    for charger in one.connected:
        charger.close()


def begin_a_batch(doomed: Doomed) -> str:
    """Leave one command unanswered and two unsent; return the batch's id."""
    chargers = [doomed.new_charger() for _ in range(3)]
    ids = [charger.charge_point_id for charger in chargers]
    reset = {"action": "Reset", "payload": {"type": "Soft"}}
    begun = doomed.root.post("/api/commands", charge_point_ids=ids, at_once=1, **reset)
    assert begun.status_code == 202, begun.text
    chargers[0].receive()
    return str(begun.json()["batch_id"])


@dataclass
class KeySent:
    """A charge point of profile 2 that was sent NEW_KEY; `told` waits for what became of the HTTP request."""

    charge_point_id: str
    password: str
    told: Callable[[], Any]


def send_a_key(doomed: Doomed, lost: bool = False) -> KeySent:
    """Leave a new key unanswered; `lost` says that the HTTP request will not be answered either."""
    one = added(doomed.root, security_profile=2)
    charger = doomed.keep(doomed.secure.over_tls(one["id"], one["password"]))
    order = (doomed.root, one["id"], "AuthorizationKey", NEW_KEY)
    if lost:
        told: Callable[[], Any] = meanwhile(lambda: pytest.raises(httpx.HTTPError, send_configuration, *order))
    else:
        told = meanwhile(lambda: send_configuration(*order))
    assert charger.receive()[2] == "ChangeConfiguration"
    return KeySent(one["id"], one["password"], told)


@dataclass
class Campaign:
    campaign_id: str
    under_way: str
    waiting: str


def begin_a_campaign(doomed: Doomed) -> Campaign:
    """Leave one charge point updating, and one that is away when its turn comes."""
    under_way, waiting = doomed.new_charger(security_profile=0), doomed.new_charger(security_profile=0)
    waiting.close()
    until(lambda: not doomed.root.get(f"/api/charge_points/{waiting.charge_point_id}").json()["online"])
    under_way.answers["UpdateFirmware"] = {}
    ids = [under_way.charge_point_id, waiting.charge_point_id]
    image = add_image(doomed.root, b"short")
    begun = doomed.root.post("/api/firmware_campaigns", firmware_id=image["firmware_id"], charge_point_ids=ids)
    assert begun.status_code == 201, begun.text
    under_way.serve(1)
    until(lambda: updates_of(doomed.root, under_way)[0]["status"] == "Accepted")
    return Campaign(begun.json()["campaign_id"], *ids)


@dataclass
class Request:
    """A certificate that was asked for, and by whom."""

    charge_point_id: str
    password: str
    serial_number: str
    certificate_id: str


def ask_for_a_certificate(doomed: Doomed) -> Request:
    """Leave a request that the operator's signer has not signed."""
    root, serial_number = doomed.root, f"SN-{uuid4().hex[:12]}"
    charger = doomed.keep(doomed.secure.in_the_clear(*(one := _with_password(root))))
    boot_as(charger, serial_number)
    assert ask(charger, new_csr(serial_number)) == "Accepted"
    until(lambda: "certificate_not_signed" in kinds(root, charger))
    waiting = put_off(root, charger.charge_point_id)
    assert waiting["status"] == "requested"
    assert "the authority is closed today" in waiting["reason"]
    problem(root.get("/api/certificates/authority"), 404, "not_found")
    return Request(*one, serial_number, waiting["certificate_id"])


def _with_password(root: Api) -> tuple[str, str]:
    one = added(root)
    return one["id"], one["password"]


@dataclass
class Charging:
    """A session that is to stop after 1000 Wh, of which 900 are drawn."""

    session_id: str
    charge_point_id: str
    transaction_id: int


def charge_by_a_rule(doomed: Doomed) -> Charging:
    """Leave a session charging that has a rule for its end."""
    charger, id_tag = doomed.new_charger(security_profile=0), new_tag(doomed.root)
    charger.status(1, "Preparing")
    started = press_start(doomed.root, charger, idTag=id_tag, stop_at={"energy_wh": 1000}).json()
    number = begin(charger, id_tag)["transactionId"]
    meter(charger, number, value("1900"))
    return Charging(started["session_id"], charger.charge_point_id, number)


def press_start_in_vain(doomed: Doomed) -> str:
    """Leave a start that its charge point has not answered, nor will; return the session's id."""
    charger = doomed.new_charger(security_profile=0)
    root, body = doomed.root, {"evse_id": charger.charge_point_id, "connector_id": 1, "idTag": new_tag(doomed.root)}
    meanwhile(lambda: pytest.raises(httpx.HTTPError, root.post, "/api/start_charging", body))
    assert charger.receive()[2] == "RemoteStartTransaction"
    return str(root.get("/api/sessions", charge_point_id=charger.charge_point_id).json()["items"][0]["session_id"])


def send_a_list(doomed: Doomed) -> ListStation:
    """Leave a list between its second piece and the answer to it."""
    station = ListStation(doomed.new_charger(security_profile=0))
    station.limits = {"LocalAuthListMaxLength": "50", "SendLocalListMaxLength": "1"}
    station.want(doomed.root, *(new_tag(doomed.root) for _ in range(3)))
    while len(station.sent) < 2:
        frame = station.charger.receive()
        if frame[2] != "SendLocalList" or not station.sent:
            station.answer(frame)
        else:
            station.sent.append(frame[3])
    return station
