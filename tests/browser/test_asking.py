"""Before what hurts an operator is asked in a dialog: left by the keyboard, or confirmed."""

from playwright.sync_api import Page, expect

from ocpp_server.simulator.threaded import ThreadedChargePoint


def test_a_restart_is_asked_about_left_by_the_keyboard_and_confirmed(
    operator: Page, virtual_charger: ThreadedChargePoint
) -> None:
    charge_point_id = virtual_charger.snapshot()["charge_point_id"]
    home = f"/operator/charge-points/{charge_point_id}"
    operator.goto(home)
    button = operator.get_by_role("button", name="Restart at once")
    question = operator.get_by_role("alertdialog", name=f"Restart {charge_point_id} at once?")
    button.press("Enter")
    expect(question).to_be_visible()
    expect(question.get_by_role("link", name="Leave it as it is")).to_be_focused()
    operator.keyboard.press("Escape")
    expect(question).to_be_hidden()
    expect(button).to_be_focused()
    button.click()
    question.get_by_role("link", name="Leave it as it is").click()
    expect(question).to_be_hidden()
    # What hurts nobody is not asked about.
    operator.get_by_role("button", name="Ask for the status").click()
    expect(operator.locator(".outcome")).to_contain_text("Accepted")
    button.click()
    question.get_by_role("button", name="Restart now").click()
    expect(operator.locator(".exchange")).to_contain_text("Hard")
