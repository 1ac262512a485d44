"""What people have changed, and for root the settings that the server runs with."""

import json
from typing import Any

from flask import Blueprint, render_template
from flask_babel import lazy_gettext as _

from app.api.audit import audit_wanted
from app.api.context import services
from app.api.policy import requires
from app.api.settings import shown_settings
from app.domain.roles import Role
from app.storage.audit import AuditRecord
from app.web.lists import asked_for, listed
from app.web.navigation import OPERATOR
from app.web.words import Texts

bp = Blueprint("audit_log", __name__, url_prefix=OPERATOR)

SHOWN = 50

ACTIONS: Texts = {"created": _("Created"), "changed": _("Changed"), "deleted": _("Deleted")}
# By what the API calls it.
KINDS: Texts = {
    "charge_point": _("Charger"),
    "charging_profile": _("Charging profile"),
    "command": _("Command"),
    "command_batch": _("Command to many chargers"),
    "favourite": _("Favourite"),
    "firmware": _("Firmware"),
    "firmware_campaign": _("Firmware campaign"),
    "id_tag": _("Tag"),
    "label": _("Label"),
    "local_list_rule": _("What belongs in lists of tags"),
    "quarantined_message": _("Message set aside"),
    "session": _("Session"),
    "tariff": _("Tariff"),
    "unknown_charge_point": _("Unknown charger"),
    "unknown_id_tag": _("Unknown tag"),
    "user": _("Account"),
    "vehicle": _("Vehicle"),
}
ASKED = ("username", "kind", "key")


@bp.get("/audit")
@requires(Role.ADMIN)
def audit() -> str:
    asked = asked_for(*ASKED)
    where = audit_wanted(**{name: text or None for name, text in asked.items()})
    found, more = listed(services.storage.audit, where, SHOWN)
    return render_template(
        "pages/audit.html",
        records=[(one, _differences(one)) for one in found],
        next=more,
        asked=asked,
        is_filtered=any(asked.values()),
        actions=ACTIONS,
        kinds=KINDS,
    )


@bp.get("/settings")
@requires(Role.ROOT)
def settings() -> str:
    shown = {name: _written(value) for name, value in shown_settings(services.settings).items()}
    return render_template("pages/settings.html", settings=sorted(shown.items()))


def _written(value: Any) -> str:
    """Return a setting as one would write it into the environment."""
    match value:
        case bool():
            return "on" if value else "off"
        case float() if value.is_integer():
            return str(int(value))
        case dict():
            return ",".join(f"{key}={each}" for key, each in value.items()) or "–"
        case list() | tuple():
            return ",".join(map(str, value)) or "–"
    return "–" if value is None else str(value) or "–"


def _differences(record: AuditRecord) -> list[tuple[str, str, str]]:
    """Return each field that differs, with what it was and what it is."""
    before, after = json.loads(record.before), json.loads(record.after)
    return [(name, _text(before, name), _text(after, name)) for name in sorted({*before, *after})]


def _text(fields: dict[str, Any], name: str) -> str:
    value = fields.get(name)
    return "–" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
