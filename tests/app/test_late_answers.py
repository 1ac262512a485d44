"""An answer after the deadline: its command keeps its outcome, and what it tells is learnt all the same."""

from tests.app.stories import meanwhile, problem
from tests.live import Api, Charger, until

KEYS = [
    {"key": "HeartbeatInterval", "readonly": False, "value": "300"},
    {"key": "AuthorizationKey", "readonly": False, "value": "nobody-shall-read-it"},
]


def test_a_configuration_that_comes_late_is_kept_without_its_secrets(
    impatient_root: Api, silent_charger: Charger
) -> None:
    path = f"/api/charge_points/{silent_charger.charge_point_id}"
    answer = meanwhile(lambda: impatient_root.post(f"{path}/commands/GetConfiguration", {}))
    _two, message_id, _action, _payload = silent_charger.receive()
    failed = problem(answer(), 504, "charge_point_timeout")
    silent_charger.send([3, message_id, {"configurationKey": KEYS}])
    known = until(lambda: impatient_root.get(f"{path}/configuration").json()["keys"])
    assert {entry["key"]: entry["value"] for entry in known} == {"HeartbeatInterval": "300", "AuthorizationKey": "***"}
    command = impatient_root.get(f"/api/commands/{failed['command_id']}").json()
    assert command["outcome"] == "timeout"
    assert [entry["value"] for entry in command["response"]["configurationKey"]] == ["300", "***"]
