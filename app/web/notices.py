"""What has been done, in words for the page that is shown next."""

from flask_babel import lazy_gettext as _

from app.web.words import Texts

NOTICES: Texts = {
    "account_deleted": _("Your account is deleted. Thank you for charging with us."),
    "charging_profile_removed": _("The charging profile is removed. Chargers go on with what they were sent."),
    "charging_profile_saved": _("The charging profile is saved. Send it to chargers for it to rule."),
    "firmware_added": _("The firmware is in the store."),
    "firmware_removed": _("The firmware is deleted."),
    "connector_held": _("The connector is held for you."),
    "group_removed": _("The group is removed. What only it wanted leaves the lists."),
    "group_saved": _("Saved. The chargers get it within seconds, or when they are back."),
    "label_revoked": _("The labels printed until now are refused. Print the new one."),
    "tag_adopted": _("The tag is added and may charge."),
    "tag_removed": _("The tag is removed."),
    "tariff_removed": _("The tariff is removed."),
    "tariff_saved": _("Saved. Sessions that have begun go on with the prices they began with."),
    "tag_saved": _("Saved."),
    "message_settled": _("Settled."),
    "session_ended": _("The session is ended."),
    "point_removed": _("The charger is removed."),
    "point_saved": _("Saved."),
    "tag_list_saved": _("Saved. The charger gets it within seconds, or when it is back."),
    "password_changed": _("Your password is changed. You are logged out everywhere else."),
    "profile_saved": _("Your profile is saved."),
    "tag_blocked": _("The tag is blocked. Chargers are being told."),
    "user_deleted": _("The account is deleted."),
    "user_saved": _("Saved."),
    "vehicle_added": _("Your vehicle is added."),
    "vehicle_removed": _("The vehicle is removed. Its sessions stay in your history."),
    "vehicle_saved": _("Saved."),
}


def notice(code: str) -> str:
    """Return what to say of something done, if there is such a thing."""
    return str(NOTICES.get(code, ""))
