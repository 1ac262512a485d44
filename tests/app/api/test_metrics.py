"""Numbers for Prometheus and settings for root: what is told, and to whom."""

from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from app.metrics import Counts
from ocpp_server.frames import CALL, Exchange
from tests import plain_http
from tests.app.stories import begin, new_charger, problem
from tests.live import Api, Server, server_beside

TOKEN = "a token for metrics"


def numbers(server: Server) -> dict[tuple[str, tuple[str, ...]], float]:
    answer = plain_http.get(f"{server.url}/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
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


def test_what_happened_is_counted_and_told_to_who_has_the_token(
    server: Server, tmp_path_factory: pytest.TempPathFactory
) -> None:
    data_dir = tmp_path_factory.mktemp("metrics") / "data"
    with server_beside(server, data_dir, METRICS_TOKEN=TOKEN) as measured:
        root = measured.root()
        charger = new_charger(measured, root)
        tag = root.post("/api/id_tags", {}).json()["idTag"]
        begin(charger, tag)
        for authorization in ({}, {"Authorization": "Bearer a wrong token"}, {"Authorization": "Bearer é".encode()}):
            problem(plain_http.get(f"{measured.url}/metrics", headers=authorization), 401, "not_authenticated")
        problem(root.get("/metrics"), 401, "not_authenticated")
        told = numbers(measured)
        calls = "chargebridge_ocpp_messages_total"
        assert told[calls, ("BootNotification", "in", "answered")] == 1
        assert told[calls, ("StatusNotification", "in", "answered")] == 3
        assert told["chargebridge_charge_points_connected", ()] == 1
        assert told["chargebridge_sessions_open", ("charging",)] == 1
        assert told["chargebridge_http_requests_total", ("401",)] == 4
        assert 0 <= told["chargebridge_loop_lag_seconds", ()] < 5
        assert 0 < told["chargebridge_database_seconds", ()] < 5

        shown = root.get("/api/settings").json()["settings"]
        assert shown["CALL_TIMEOUT"] == 2.0
        assert shown["METRICS_TOKEN"] == shown["MONGODB_URI"] == shown["ROOT_PASSWORD"] == "***"
        assert shown["OCPP_TLS_CLIENT_CA"] is None
        assert TOKEN not in root.get("/api/settings").text
        charger.close()
        root.close()
    assert TOKEN not in measured.log.read_text()


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
