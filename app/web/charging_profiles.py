"""Charging profiles as admins keep them: a list, and an editor that draws the schedule while it is written."""

import re
from typing import Any, get_args

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _

from app.api.answers_smart_charging import Purpose
from app.api.charging_profiles import NewChargingProfile, facts_of
from app.api.context import current_user, services
from app.api.policy import requires
from app.domain.charging_profiles import MAX_PERIODS, ChargingProfile
from app.domain.roles import Role
from app.domain.times import iso
from app.web.forms import shown_on
from app.web.lists import listed
from app.web.navigation import OPERATOR
from app.web.overview import midnight
from app.web.schema_forms import Raw, fields_of, read, typed, typed_from
from app.web.words import Texts
from ocpp_server.schema_variants import Schema

bp = Blueprint("charging_profiles", __name__, url_prefix=f"{OPERATOR}/charging-profiles")

SHOWN = 50
_CLOCK = re.compile(r"(\d{1,4}):([0-5]\d)")
_MOMENT: Schema = {"type": "string", "format": "date-time"}
_RATE: Schema = {"type": "number", "minimum": 0}
_WORDS: Schema = {"type": "string", "maxLength": 200}
# As in the API, but that times within the schedule are hours and minutes.
FORM: Schema = {
    "type": "object",
    "properties": {
        "name": _WORDS,
        "purpose": {"type": "string", "enum": list(get_args(Purpose))},
        "kind": {"type": "string", "enum": ["Absolute", "Recurring", "Relative"]},
        "unit": {"type": "string", "enum": ["A", "W"]},
        "stack_level": {"type": "integer", "minimum": 0, "maximum": 1000},
        "periods": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "start_period": {"type": "string", "maxLength": 7},
                    "limit": _RATE,
                    "number_phases": {"type": "integer", "minimum": 1, "maximum": 3},
                },
                "required": ["start_period", "limit"],
            },
        },
        "recurrency": {"type": "string", "enum": ["Daily", "Weekly"]},
        "start_schedule": _MOMENT,
        "duration": {"type": "string", "maxLength": 7},
        "valid_from": _MOMENT,
        "valid_to": _MOMENT,
        "min_rate": _RATE,
    },
    "required": ["name", "purpose", "kind", "unit", "stack_level", "periods"],
}
LABELS: Texts = {
    "name": _("Name"),
    "purpose": _("Purpose"),
    "kind": _("Kind"),
    "unit": _("Unit: A of each phase, or W of all"),
    "stack_level": _("Rank: the higher one rules"),
    "periods": _("Periods"),
    "start_period": _("From (hours:minutes)"),
    "limit": _("Limit"),
    "number_phases": _("Phases"),
    "recurrency": _("Comes again"),
    "start_schedule": _("Begins"),
    "duration": _("Lasts (hours:minutes)"),
    "valid_from": _("Valid from"),
    "valid_to": _("Valid until"),
    "min_rate": _("Least limit the vehicle needs"),
}
NEW = {
    "purpose": "TxDefaultProfile",
    "kind": "Recurring",
    "recurrency": "Daily",
    "unit": "A",
    "stack_level": 0,
    "periods": [{"start_period": "0:00", "limit": 32}, {"start_period": "7:00", "limit": 10}],
}


@bp.get("")
@requires(Role.ADMIN)
def profiles() -> str:
    found, more = listed(services.storage.charging_profiles, {}, SHOWN)
    return render_template("pages/charging_profiles.html", profiles=[(one, steps(one)) for one in found], next=more)


@bp.get("/new")
@requires(Role.ADMIN)
def new_page() -> str:
    return _editor(None)


@bp.post("/new")
@requires(Role.ADMIN)
@shown_on(new_page)
def add() -> ResponseReturnValue:
    services.charging_profiles.add(_submitted(), current_user().username)
    return redirect(url_for("web.charging_profiles.profiles", done="charging_profile_saved"), 303)


@bp.get("/<charging_profile_id>")
@requires(Role.ADMIN)
def profile_page(charging_profile_id: str) -> str:
    return _editor(services.charging_profiles.get(charging_profile_id))


@bp.post("/<charging_profile_id>")
@requires(Role.ADMIN)
@shown_on(profile_page)
def change(charging_profile_id: str) -> ResponseReturnValue:
    services.charging_profiles.get(charging_profile_id)
    emptied = dict.fromkeys(name for name in FORM["properties"] if name not in FORM["required"])
    services.charging_profiles.change(charging_profile_id, emptied | _submitted())
    return redirect(url_for("web.charging_profiles.profiles", done="charging_profile_saved"), 303)


@bp.post("/<charging_profile_id>/remove")
@requires(Role.ADMIN)
@shown_on(profile_page)
def remove(charging_profile_id: str) -> ResponseReturnValue:
    services.charging_profiles.remove(charging_profile_id)
    return redirect(url_for("web.charging_profiles.profiles", done="charging_profile_removed"), 303)


def steps(profile: ChargingProfile) -> dict[str, Any]:
    """Return what a chart draws of a profile: seconds after its beginning, and the limit from there on."""
    starts = [period.start_period for period in profile.periods]
    day = 86_400 if profile.recurrency == "Daily" else 7 * 86_400 if profile.recurrency else starts[-1] + 3600
    limits = [period.limit for period in profile.periods]
    return {"at": [*starts, profile.duration or day], "limits": [*limits, limits[-1]], "unit": profile.unit}


def _editor(profile: ChargingProfile | None) -> str:
    raw: Raw = typed(FORM, request.form)
    if request.method == "GET":
        known = _as_typed(profile) if profile else {**NEW, "start_schedule": iso(midnight(services.now()))}
        raw = typed_from(FORM, known)
    return render_template(
        "pages/charging_profile.html", profile=profile, fields=fields_of(FORM, raw), labels=LABELS, most=MAX_PERIODS
    )


def _submitted() -> dict[str, Any]:
    """Return what was typed as the use case takes it; raises BadInput, ValidationError."""
    value = read(FORM, typed(FORM, request.form))
    if "duration" in value:
        value["duration"] = _seconds(value["duration"])
    for period in value.get("periods", ()):
        if "start_period" in period:
            period["start_period"] = _seconds(period["start_period"])
    return facts_of(NewChargingProfile.model_validate(value).given())


def _seconds(text: str) -> int | str:
    """Return the seconds that hours and minutes are; what is neither stays, for the model to refuse."""
    clock = _CLOCK.fullmatch(text)
    return int(clock[1]) * 3600 + int(clock[2]) * 60 if clock else text


def _as_typed(profile: ChargingProfile) -> dict[str, Any]:
    known = {name: getattr(profile, name) for name in FORM["properties"]}
    for name in ("start_schedule", "valid_from", "valid_to"):
        known[name] = iso(known[name]) if known[name] else None
    known["duration"] = _clock(profile.duration) if profile.duration else None
    known["periods"] = [
        _given({"start_period": _clock(one.start_period), "limit": one.limit, "number_phases": one.number_phases})
        for one in profile.periods
    ]
    return _given(known)


def _given(known: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in known.items() if value is not None}


def _clock(seconds: int) -> str:
    return f"{seconds // 3600}:{seconds // 60 % 60:02d}"
