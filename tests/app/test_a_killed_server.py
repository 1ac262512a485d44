"""What a server makes of all that its predecessors left in the middle: one was ended, the next one was killed."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.storage.database import Storage
from tests.app.certificate_stories import boot_as, newest, receive
from tests.app.charging import meter, value
from tests.app.killing import kill_all
from tests.app.list_station import ListStation
from tests.app.secure import SecureServer, opens, refused, secure_server
from tests.app.unfinished import (
    NEW_KEY,
    Campaign,
    Charging,
    KeySent,
    Request,
    ask_for_a_certificate,
    begin_a_batch,
    begin_a_campaign,
    charge_by_a_rule,
    doomed,
    press_start_in_vain,
    send_a_key,
    send_a_list,
)
from tests.live import Api, Server, database_beside, plug_in, running_server, until

pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(not Path("/proc").exists(), reason="finds the processes to kill in /proc"),
    pytest.mark.timeout(120),  # three servers are started, one after the other
]

FAILS = "import sys; sys.exit('the authority is closed today')\n"
SIGNS = """
import sys, pathlib, datetime
from cryptography import x509
from app.certificates.own_authority import own_authority
from app.certificates.signing_key import read_signing_key
from app.certificates.chains import to_pem
now = datetime.datetime.now(datetime.UTC)
path = own_authority(pathlib.Path(sys.argv[1]), None, now)
csr = x509.load_pem_x509_csr(sys.stdin.buffer.read())
key = read_signing_key(path, path, ("", ""))
print(to_pem((*key.sign(csr, datetime.timedelta(days=1), now), key.certificates[0])))
"""


@dataclass
class Aftermath:
    """A server that runs, and what was under way when those before it ended; by how they ended, where both matters."""

    secure: SecureServer
    batches: dict[str, str]
    keys: dict[str, KeySent]
    campaign: Campaign
    request: Request
    station: ListStation
    charging: Charging
    started: str

    @property
    def plain(self) -> Server:
        return self.secure.plain


@pytest.fixture(scope="module")
def aftermath(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aftermath]:
    folder = tmp_path_factory.mktemp("killed")
    signer = folder / "signer.py"
    signer.write_text(FAILS)
    theirs = {"CA_CERT": "", "CA_KEY": "", "CA_COMMAND": f"{sys.executable} {signer} {folder / 'theirs'}"}
    with secure_server(folder, **database_beside(server), **theirs, CALL_TIMEOUT="60") as secure:
        with doomed(secure) as one:
            batches, keys = {"ended": begin_a_batch(one)}, {"ended": send_a_key(one)}
            assert secure.plain.stop() == 0
            assert keys["ended"].told().status_code in (502, 503)
        data_dir = secure.plain.data_dir
        with running_server(data_dir, **secure.environment) as second, doomed(replace(secure, plain=second)) as one:
            batches["killed"], keys["killed"] = begin_a_batch(one), send_a_key(one, lost=True)
            left: list[Any] = [begin_a_campaign(one), ask_for_a_certificate(one), send_a_list(one)]
            left += [charge_by_a_rule(one), press_start_in_vain(one)]
            kill_all(second)
            keys["killed"].told()
        signer.write_text(SIGNS)
        with running_server(data_dir, **secure.environment) as third:
            yield Aftermath(replace(secure, plain=third), batches, keys, *left)


@pytest.fixture(scope="module")
def operator(aftermath: Aftermath) -> Iterator[Api]:
    api = aftermath.plain.root()
    yield api
    api.close()


@pytest.mark.parametrize("how", ["ended", "killed"])
def test_what_an_ending_server_leaves_unsent_is_told_as_cancelled(
    aftermath: Aftermath, operator: Api, how: str
) -> None:
    told = operator.get(f"/api/command_batches/{aftermath.batches[how]}").json()
    assert (told["state"], told["outcomes"]) == ("finished", {"disconnected": 1, "cancelled": 2})
    unsent = [each for each in told["commands"] if each["outcome"] == "cancelled"]
    assert {each["error"] for each in unsent} == {"the server stopped before this was sent"}


@pytest.mark.parametrize("how", ["ended", "killed"])
def test_a_server_that_dies_before_the_answer_knows_both_keys_afterwards(aftermath: Aftermath, how: str) -> None:
    connect, one = aftermath.secure.over_tls, aftermath.keys[how]
    assert opens(connect, one.charge_point_id, one.password)
    assert opens(connect, one.charge_point_id, NEW_KEY)
    assert refused(connect, one.charge_point_id, one.password) == 401


def test_a_campaign_goes_on_after_the_server_was_killed(aftermath: Aftermath, operator: Api) -> None:
    left = aftermath.campaign
    for charge_point_id in (left.under_way, left.waiting):
        again = plug_in(aftermath.plain, charge_point_id, None)
        again.answers["UpdateFirmware"] = {}
        if charge_point_id == left.waiting:
            again.serve(1)
        assert again.call("FirmwareStatusNotification", {"status": "Installed"}) == {}
        again.close()

    def finished() -> Any:
        now = operator.get(f"/api/firmware_campaigns/{left.campaign_id}").json()
        return now if "finished_at" in now else None

    assert until(finished)["charge_points"]["succeeded"] == 2


def test_a_request_outlives_a_signer_that_fails_and_a_server_that_dies(aftermath: Aftermath, operator: Api) -> None:
    left = aftermath.request
    charger = plug_in(aftermath.plain, left.charge_point_id, left.password)
    boot_as(charger, left.serial_number)
    chain = receive(charger)
    assert chain.count("BEGIN CERTIFICATE") == 1, "a root is not sent"
    assert newest(operator, left.charge_point_id, "delivered")["certificate_id"] == left.certificate_id
    charger.close()


def test_a_list_that_was_cut_off_by_a_crash_is_sent_anew(aftermath: Aftermath, operator: Api) -> None:
    station = aftermath.station
    wanted = station.shown(operator)["own"]["idTags"]
    assert station.told() == [("Full", 1, wanted[:1]), ("Differential", 2, wanted[1:2])]
    assert station.shown(operator)["state"] == "pending"
    station.charger = plug_in(aftermath.plain, station.id, None)
    station.charger.boot()
    station.in_state(operator, "in_sync")
    kinds = [(kind, version) for kind, version, _tags in station.told()]
    assert kinds == [("Full", 4), ("Differential", 5), ("Differential", 6)]
    assert sorted(station.entries) == wanted
    station.charger.close()


def test_a_rule_for_the_end_of_a_session_is_carried_out_by_the_next_server(aftermath: Aftermath, operator: Api) -> None:
    left = aftermath.charging
    charger = plug_in(aftermath.plain, left.charge_point_id, None)
    session = operator.get(f"/api/sessions/{left.session_id}").json()
    assert (session["state"], session["stop_at"]) == ("charging", {"energy_wh": 1000})
    meter(charger, left.transaction_id, value("2000"))
    assert charger.serve(1) == [("RemoteStopTransaction", {"transactionId": left.transaction_id})]
    assert operator.session_in(left.session_id, "stopping")["stopped_by"] == "energy_wh"
    charger.close()


def test_a_start_that_nobody_can_know_the_answer_of_ends_by_its_deadline(aftermath: Aftermath, operator: Api) -> None:
    session = operator.get(f"/api/sessions/{aftermath.started}").json()
    assert (session["state"], "deadline_at" in session) == ("requested", True)
    storage = Storage(aftermath.secure.environment["MONGODB_URI"])
    storage.sessions.update(aftermath.started, {"deadline_at": datetime.now(UTC)})
    storage.close()
    assert operator.session_in(aftermath.started, "expired")["reason_code"] == "never_answered"
