"""What a driver keeps on the pages: vehicles, tags, his data, and the way out."""

from uuid import uuid4

from tests.app.web.visitors import Visitor, said
from tests.live import Api, Server


def test_a_vehicle_is_added_renamed_and_removed(account: Api, at_home: Visitor) -> None:
    assert "Add your vehicle" in said(at_home.get("/vehicles"))
    added = at_home.send("/vehicles", name="The <b>red</b> one", plate="กข 1234", battery_kwh="60.5")
    assert added.headers["Location"] == "/vehicles?done=vehicle_added"
    page = at_home.get("/vehicles").text
    assert "<b>red" not in page
    (vehicle,) = account.get("/api/me/vehicles").json()["items"]
    address = f"/vehicles/{vehicle['vehicle_id']}"
    assert vehicle["idTag"] in said(at_home.get(address))
    refused = at_home.send(address, name="Blue", vin="SHORT")
    assert refused.status_code == 422
    assert "17 letters and digits, without I, O and Q." in said(refused)
    assert 'value="SHORT"' in refused.text
    assert at_home.send(address, name="Blue", vin="WVWZZZE1ZMP000001").status_code == 303
    (vehicle,) = account.get("/api/me/vehicles").json()["items"]
    assert (vehicle["name"], vehicle["vin"], "plate" in vehicle) == ("Blue", "WVWZZZE1ZMP000001", False)
    assert at_home.insist(f"{address}/remove").status_code == 303
    assert account.get("/api/me/vehicles").json()["items"] == []
    assert at_home.get(address).status_code == 404


def test_a_vehicle_of_somebody_else_is_not_there(server: Server, account: Api, driver: Api) -> None:
    vehicle_id = account.post("/api/me/vehicles", name="Mine").json()["vehicle_id"]
    with Visitor(server).log_in(driver.username) as stranger:
        assert stranger.get(f"/vehicles/{vehicle_id}").status_code == 404
        assert stranger.send(f"/vehicles/{vehicle_id}", name="Yours").status_code == 404
        assert stranger.insist(f"/vehicles/{vehicle_id}/remove").status_code == 404
    assert account.delete(f"/api/me/vehicles/{vehicle_id}").status_code == 204


def test_a_lost_card_is_blocked_but_not_the_account_s_own_tag(root: Api, account: Api, at_home: Visitor) -> None:
    card = f"CARD{uuid4().hex[:8].upper()}"
    root.post("/api/id_tags", idTag=card, username=account.username, label="Key ring")
    page = at_home.get("/vehicles").text
    assert f"/vehicles/tags/{card}/block" in page
    assert f"/vehicles/tags/{account.id_tag}/block" not in page
    assert at_home.insist(f"/vehicles/tags/{card}/block").headers["Location"] == "/vehicles?done=tag_blocked"
    assert root.get(f"/api/id_tags/{card}").json()["status"] == "Blocked"
    assert "The tag is blocked" in said(at_home.get("/vehicles?done=tag_blocked"))


def test_one_s_data_can_be_fetched_and_the_account_deleted_with_its_password(server: Server, driver: Api) -> None:
    with Visitor(server).log_in(driver.username) as visitor:
        assert "Download my data" in said(visitor.get("/profile"))
        assert visitor.get("/api/me/export").json()["profile"]["username"] == driver.username
        wrong = visitor.send("/profile/delete", password="not it")
        assert (wrong.status_code, "This is not your password." in said(wrong)) == (422, True)
        gone = visitor.send("/profile/delete", password="a driver's")
        assert (gone.status_code, gone.headers["Location"]) == (303, "/?done=account_deleted")
        assert visitor.get("/profile").headers["Location"].startswith("/login")
        assert "Your account is deleted" in said(visitor.get("/?done=account_deleted"))
    assert driver.get("/api/me").status_code == 401
