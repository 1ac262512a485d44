"""A driver has a connector held for himself by the pages, and lets it go."""

from tests.app.stories import meanwhile, new_charger
from tests.app.web.visitors import Visitor, said
from tests.live import Api, Server


def test_a_connector_is_held_until_it_is_let_go(server: Server, root: Api, account: Api, at_home: Visitor) -> None:
    charger = new_charger(server, root, name="Gate <1>")
    address = f"/charge/{charger.charge_point_id}/1"
    assert "Where a connector is free" in said(at_home.get("/reservations"))
    assert "Hold it for me" in said(at_home.get(address))
    answer = meanwhile(lambda: at_home.send(f"{address}/hold", minutes="60"))
    ((action, request),) = charger.serve(1)
    assert (action, request["connectorId"], request["idTag"]) == ("ReserveNow", 1, account.id_tag)
    assert answer().headers["Location"] == "/reservations?done=connector_held"
    page = said(at_home.get("/reservations"))
    assert f"Gate <1> · Connector 1 · {charger.charge_point_id}" in page
    assert "Let it go" in page
    assert "Reserved Gate <1> · Connector 1 · Reserved for you until" in said(at_home.get("/"))
    page = said(at_home.get(address))
    assert "Reserved for you until" in page
    assert "Start charging" in page
    again = at_home.send(f"/charge/{charger.charge_point_id}/2/hold", minutes="60")
    assert (again.status_code, "There is a reservation already." in said(again)) == (409, True)
    answer = meanwhile(lambda: at_home.send(f"/reservations/{request['reservationId']}/cancel"))
    assert charger.serve(1)[0][0] == "CancelReservation"
    assert answer().status_code == 303
    assert "Let it go" not in said(at_home.get("/reservations"))
    assert said(at_home.get("/going-on")) == ""
    charger.close()


def test_somebody_else_s_reservation_is_not_there(
    server: Server, root: Api, account: Api, driver: Api, at_home: Visitor
) -> None:
    charger = new_charger(server, root)
    body = {"evse_id": charger.charge_point_id, "connector_id": 1}
    answer = meanwhile(lambda: driver.post("/api/reservations", body))
    charger.serve(1)
    reservation_id = answer().json()["reservation_id"]
    assert at_home.send(f"/reservations/{reservation_id}/cancel").status_code == 404
    assert at_home.send(f"/reservations/{2**63}/cancel").status_code == 404
    assert charger.charge_point_id not in said(at_home.get("/reservations"))
    page = said(at_home.get(f"/charge/{charger.charge_point_id}/1"))
    assert "Reserved for somebody else until" in page
    assert "Start charging" not in page
    charger.close()
