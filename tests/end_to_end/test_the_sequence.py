"""The main job: a driver logs in, presses start, a charger charges, stops, and there is a receipt."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.live import Api, Charger


def in_background(work: Any) -> threading.Thread:
    thread = threading.Thread(target=work)
    thread.start()
    return thread


def test_a_driver_starts_charges_stops_and_gets_a_receipt(driver: Api, charger: Charger) -> None:
    charger.status(1, "Preparing")
    served = in_background(lambda: charger.serve(1))
    started = driver.post("/api/start_charging", evse_id=charger.charge_point_id, connector_id=1)
    served.join()
    assert started.status_code == 200, started.text
    assert started.json()["status"] == "Accepted"
    assert charger.called == [("RemoteStartTransaction", {"connectorId": 1, "idTag": driver.id_tag})]

    session_id = started.json()["session_id"]
    assert driver.get(f"/api/sessions/{session_id}").json()["state"] == "accepted"

    began = datetime.now(UTC)
    start = charger.call(
        "StartTransaction",
        {"connectorId": 1, "idTag": driver.id_tag, "meterStart": 1000, "timestamp": began.isoformat()},
    )
    assert start["idTagInfo"]["status"] == "Accepted"
    assert start["transactionId"] >= 1
    assert driver.get(f"/api/sessions/{session_id}").json()["state"] == "charging"

    charger.call(
        "MeterValues",
        {
            "connectorId": 1,
            "transactionId": start["transactionId"],
            "meterValue": [
                {
                    "timestamp": (began + timedelta(minutes=1)).isoformat(),
                    "sampledValue": [
                        {"value": "1500", "measurand": "Energy.Active.Import.Register", "unit": "Wh"},
                        {"value": "7.2", "measurand": "Power.Active.Import", "unit": "kW"},
                        {"value": "41", "measurand": "SoC"},
                    ],
                }
            ],
        },
    )
    session = driver.get(f"/api/sessions/{session_id}").json()
    assert (session["energy_wh"], session["power_w"], session["soc"]) == (500, 7200, 41)
    assert len(driver.get(f"/api/sessions/{session_id}/meter_values").json()["items"]) == 1

    served = in_background(lambda: charger.serve(1))
    stopped = driver.post("/api/stop_charging", session_id=session_id)
    served.join()
    assert stopped.json()["status"] == "Accepted"
    assert driver.get(f"/api/sessions/{session_id}").json()["state"] == "stopping"

    charger.call(
        "StopTransaction",
        {
            "transactionId": start["transactionId"],
            "meterStop": 2234,
            "timestamp": (began + timedelta(minutes=2)).isoformat(),
            "reason": "Remote",
        },
    )
    receipt = driver.get(f"/api/sessions/{session_id}/receipt").json()
    assert (receipt["energy_wh"], receipt["energy_source"], receipt["stop_reason"]) == (1234, "meter", "Remote")
