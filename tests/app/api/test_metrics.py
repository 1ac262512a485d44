"""Numbers for Prometheus and settings for root: what is told, and to whom."""

from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from app.metrics import Counts
from ocpp_server.frames import CALL, Exchange
from tests import plain_http
from tests.app.beside import METRICS_TOKEN, NEW_SECRET, OLD_SECRET
from tests.app.stories import begin, new_charger, problem
from tests.live import Api, Server


def numbers(server: Server) -> dict[tuple[str, tuple[str, ...]], float]:
    answer = plain_http.get(f"{server.url}/metrics", headers={"Authorization": f"Bearer {METRICS_TOKEN}"})
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"].startswith("text/plain")
    families = text_string_to_metric_families(answer.text)
    return {
        (s.name, tuple(s.labels[name] for name in sorted(s.labels))): s.value
        for family in families
        for s in family.samples
    }


def test_without_a_token_set_there_are_no_metrics(server: Server, root: Api) -> None:
    problem(root.get("/metrics"), 404, "not_found")


def test_what_happened_is_counted_and_told_to_who_has_the_token(public_server: Server, public_root: Api) -> None:
    root, before = public_root, numbers(public_server)
    charger = new_charger(public_server, root)
    tag = root.post("/api/id_tags", {}).json()["idTag"]
    begin(charger, tag)
    for authorization in ({}, {"Authorization": "Bearer a wrong token"}, {"Authorization": "Bearer é".encode()}):
        problem(plain_http.get(f"{public_server.url}/metrics", headers=authorization), 401, "not_authenticated")
    problem(root.get("/metrics"), 401, "not_authenticated")
    told = numbers(public_server)

    def more(name: str, *labels: str) -> float:
        return told[name, labels] - before.get((name, labels), 0)

    assert more("chargebridge_ocpp_messages_total", "BootNotification", "in", "answered") == 1
    assert more("chargebridge_ocpp_messages_total", "StatusNotification", "in", "answered") == 3
    assert more("chargebridge_charge_points_connected") == 1
    assert more("chargebridge_sessions_open", "charging") == 1
    assert more("chargebridge_http_requests_total", "401") == 4
    assert 0 <= told["chargebridge_loop_lag_seconds", ()] < 5
    assert 0 < told["chargebridge_database_seconds", ()] < 5
    charger.close()


def test_settings_are_told_to_root_but_for_their_secrets(public_server: Server, public_root: Api) -> None:
    answer = public_root.get("/api/settings")
    shown = answer.json()["settings"]
    assert shown["CALL_TIMEOUT"] == 2.0
    assert shown["METRICS_TOKEN"] == shown["MONGODB_URI"] == shown["ROOT_PASSWORD"] == "***"
    assert shown["OCPP_TLS_CLIENT_CA"] is None
    for secret in (METRICS_TOKEN, NEW_SECRET, OLD_SECRET):
        assert secret not in answer.text
        assert secret not in public_server.log.read_text()


def exchange(**facts: Any) -> Exchange:
    known = {"message_type": CALL, "sent": False, "action": "Heartbeat", "outcome": "answered", **facts}
    return Exchange(*(known.get(name) for name in Exchange._fields))  # type: ignore[arg-type]


def test_words_of_a_charge_points_own_do_not_fill_the_memory() -> None:
    counts, seen = Counts(), []
    observe = counts.observing(seen.append)
    for number in range(1000):
        observe(exchange(action=f"Own{number}", outcome=f"OwnError{number}"))
    assert len(counts.messages) < 50
    assert sum(counts.messages.values()) == len(seen) == 1000
