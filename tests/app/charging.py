"""The messages of a charging session as a charge point writes them, and what REST says of it afterwards."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from tests.live import Api, Charger


def ago(**how_long: float) -> str:
    """Return an instant before now, as a charge point writes it."""
    return (datetime.now(UTC) - timedelta(**how_long)).isoformat(timespec="milliseconds")


def new_tag(root: Api, **facts: Any) -> str:
    """Add an idTag of nobody's; return it."""
    answer = root.post("/api/id_tags", idTag=uuid4().hex[:14].upper(), **facts)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["idTag"])


def start(charger: Charger, id_tag: str | None, connector_id: Any = 1, **changes: Any) -> dict[str, Any]:
    """Send StartTransaction.req and return the answer's payload."""
    payload = {"connectorId": connector_id, "meterStart": 1000, "timestamp": ago(), **changes}
    answer = charger.call("StartTransaction", payload if id_tag is None else {"idTag": id_tag, **payload})
    assert isinstance(answer, dict), answer
    return answer


def stop(charger: Charger, transaction_id: Any, **changes: Any) -> dict[str, Any]:
    """Send StopTransaction.req and return the answer's payload."""
    payload = {"transactionId": transaction_id, "meterStop": 3500, "timestamp": ago(), **changes}
    answer = charger.call("StopTransaction", payload)
    assert isinstance(answer, dict), answer
    return answer


def value(wh: Any, at: str | None = None, **more: Any) -> dict[str, Any]:
    """Return a MeterValue element with one sample of the energy register."""
    sample = {"value": wh, "measurand": "Energy.Active.Import.Register", **more}
    return {"timestamp": at or ago(), "sampledValue": [sample]}


def meter(charger: Charger, transaction_id: Any, *values: dict[str, Any], connector_id: Any = 1) -> dict[str, Any]:
    """Send MeterValues.req and return the answer's payload, which is empty."""
    payload: dict[str, Any] = {"connectorId": connector_id, "meterValue": list(values)}
    if transaction_id is not None:
        payload["transactionId"] = transaction_id
    answer = charger.call("MeterValues", payload)
    assert answer == {}, answer
    return answer


def verdict(answer: dict[str, Any]) -> str:
    return str(answer["idTagInfo"]["status"])


def session_of(root: Api, transaction_id: int) -> dict[str, Any]:
    """Return the one session of a transaction."""
    items = root.get("/api/sessions", transaction_id=transaction_id).json()["items"]
    assert len(items) == 1, items
    return dict(items[0])


def sessions_on(root: Api, charger: Charger) -> list[dict[str, Any]]:
    return list(root.get("/api/sessions", charge_point_id=charger.charge_point_id, limit=500).json()["items"])


def series_of(root: Api, session: dict[str, Any]) -> list[dict[str, Any]]:
    return list(root.get(f"/api/sessions/{session['session_id']}/meter_values").json()["items"])


def set_aside(root: Api, charger: Charger) -> list[dict[str, Any]]:
    """Return what of a charge point waits for a person's judgement."""
    return list(root.get("/api/quarantine", charge_point_id=charger.charge_point_id).json()["items"])


def reasons(root: Api, charger: Charger) -> list[str]:
    return [reason for one in set_aside(root, charger) for reason in one["reasons"]]


def events_of(root: Api, charger: Charger) -> list[dict[str, Any]]:
    return list(root.get(f"/api/charge_points/{charger.charge_point_id}/events").json()["items"])


def connector(root: Api, charger: Charger, connector_id: int = 1) -> dict[str, Any]:
    connectors = root.get(f"/api/charge_points/{charger.charge_point_id}").json()["connectors"]
    return dict(next(c for c in connectors if c["connector_id"] == connector_id))
