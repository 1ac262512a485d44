"""An operator at one charge point: a limit drawn while it is written, sent, and seen in the messages that follow."""

from playwright.sync_api import Page, expect

from ocpp_server.simulator.threaded import ThreadedChargePoint
from tests.live import Api

DRAWN = "element => charts.get(element)?.data.map((each) => Array.from(each))"


def test_a_limit_is_drawn_while_it_is_written_and_its_way_to_the_charger_is_seen(
    operator: Page, root: Api, virtual_charger: ThreadedChargePoint
) -> None:
    charge_point_id = virtual_charger.snapshot()["charge_point_id"]
    operator.goto("/operator/charging-profiles/new")
    chart = operator.locator("[data-steps-of]")
    operator.get_by_label("Name").fill("Night")
    operator.get_by_label("Limit", exact=True).last.fill("6")
    assert chart.evaluate(DRAWN) == [[0, 25200, 86400], [32, 6, 6]]
    operator.get_by_role("button", name="Add one").click()
    operator.get_by_label("From (hours:minutes)").last.fill("20:00")
    operator.get_by_label("Limit", exact=True).last.fill("16")
    assert chart.evaluate(DRAWN) == [[0, 25200, 72000, 86400], [32, 6, 16, 16]]
    operator.locator("[data-row]").nth(1).get_by_role("button", name="Remove").click()
    assert chart.evaluate(DRAWN) == [[0, 72000, 86400], [32, 16, 16]]
    operator.get_by_role("button", name="Save").click()
    expect(operator.get_by_text("The charging profile is saved.")).to_be_visible()

    home = f"/operator/charge-points/{charge_point_id}"
    operator.goto(f"{home}/messages")
    operator.get_by_label("Follow").check()
    follower = operator.context.new_page()
    follower.goto(f"{home}/smart-charging")
    follower.get_by_label("Charging profile").select_option(label="Night (TxDefaultProfile)")
    follower.get_by_role("button", name="Send").click()
    expect(follower.get_by_text("In force")).to_be_visible()
    follower.get_by_role("button", name="Ask").click()
    expect(follower.locator("#told .uplot")).to_be_visible()

    sent = operator.locator("#frames summary").filter(has_text="SetChargingProfile").last
    sent.click()
    expect(operator.locator("#frames pre").first).to_contain_text("chargingProfilePurpose")
    made = root.get("/api/charging_profiles").json()["items"][0]
    assert root.delete(f"/api/charging_profiles/{made['charging_profile_id']}").status_code == 204


def test_no_page_of_a_charge_point_is_wider_than_the_smallest_screen(
    operator: Page, virtual_charger: ThreadedChargePoint
) -> None:
    charge_point_id = virtual_charger.snapshot()["charge_point_id"]
    home = f"/operator/charge-points/{charge_point_id}"
    operator.set_viewport_size({"width": 360, "height": 740})
    for tab in (
        "",
        "/history",
        "/commands",
        "/commands/SetChargingProfile",
        "/configuration",
        "/messages",
        "/smart-charging",
        "/files",
        "/reservations",
        "/tag-list",
        "/certificates",
        "/labels",
        "/edit",
    ):
        operator.goto(f"{home}{tab}")
        assert operator.evaluate("document.documentElement.scrollWidth") <= 360, tab
