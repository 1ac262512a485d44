"""The pages, assembled: one blueprint, beneath it one for each group of pages."""

from flask import Blueprint, Flask, Response, request

from app.api.uploads import takes_form
from app.domain.currencies import written
from app.domain.times import iso
from app.errors import Forbidden
from app.web import (
    account,
    assets,
    bulk,
    charging,
    charging_profiles,
    command_words,
    concerns,
    confirming,
    failure_words,
    failures,
    favourites,
    field_words,
    fleet,
    forms,
    holding,
    home,
    json_view,
    languages,
    list_words,
    navigation,
    newcomers,
    notices,
    onboarding,
    overview,
    points,
    presets,
    prices,
    profile,
    refused,
    scan,
    session_words,
    sessions,
    stop_forms,
    told,
    vehicles,
    words,
)
from app.web.addresses import parts_of
from app.web.admin import pages as admin
from app.web.headers import protect
from app.web.point import certificates as point_certificates
from app.web.point import commands as point_commands
from app.web.point import configuration as point_configuration
from app.web.point import files as point_files
from app.web.point import history as point_history
from app.web.point import labels as point_labels
from app.web.point import messages as point_messages
from app.web.point import overview as point_overview
from app.web.point import reservations as point_reservations
from app.web.point import smart_charging as point_smart_charging
from app.web.point import tag_list as point_tag_list
from app.web.point import words as point_words
from app.web.viewer import csrf_token, viewer

_POINT = (
    point_overview,
    point_history,
    point_commands,
    point_configuration,
    point_messages,
    point_smart_charging,
    point_files,
    point_reservations,
    point_tag_list,
    point_certificates,
    point_labels,
)
PAGES = (
    assets,
    home,
    account,
    charging,
    favourites,
    holding,
    scan,
    sessions,
    vehicles,
    profile,
    overview,
    fleet,
    bulk,
    onboarding,
    newcomers,
    charging_profiles,
    *_POINT,
    *admin.PAGES,
)
# What every template may call.
IN_TEMPLATES = {
    "LANGUAGES": languages.LANGUAGES,
    "advice": refused.advice,
    "answer_words": point_words.answer,
    "asset": assets.asset,
    "batch_state": command_words.batch_state,
    "concern_page": concerns.page_of,
    "concern_text": concerns.text,
    "concern_title": concerns.title,
    "concern_tone": concerns.tone,
    "concerns_page": concerns.page_of_all,
    "connector_status": words.connector_status,
    "csrf_token": csrf_token,
    "element_key": points.element_key,
    "error_words": concerns.error_words,
    "event_detail": point_words.detail,
    "event_words": point_words.event,
    "failure_words": failure_words.failure,
    "fault": forms.fault,
    "here": navigation.here,
    "in_words": field_words.in_words,
    "iso": iso,
    "language": languages.language,
    "money": written,
    "navigation": navigation.navigation,
    "notice": notices.notice,
    "message_outcome": point_words.message_outcome,
    "message_tone": point_words.message_tone,
    "often": navigation.often,
    "price_words": prices.price_words,
    "pretty": json_view.pretty,
    "preset_label": presets.label,
    "registration": words.registration,
    "removal_words": point_words.removal,
    "may_ask": confirming.may_ask,
    "list_state": list_words.list_state,
    "list_tone": list_words.list_tone,
    "list_trouble": list_words.list_trouble,
    "reservation_state": point_words.reservation_state,
    "certificate_state": point_words.certificate_state,
    "session_state": words.state,
    "session_words": session_words.session_words,
    "step_reason": command_words.step_reason,
    "step_text": command_words.step,
    "step_tone": command_words.step_tone,
    "stop_values": stop_forms.stop_values,
    "stop_words": stop_forms.stop_words,
    "told": told.told,
    "tone": words.tone,
    "topics": navigation.topics,
    "typed": forms.typed,
    "viewer": viewer,
    "with_query": navigation.with_query,
}


def register(app: Flask) -> None:
    """Add the pages to the application."""
    languages.register(app)
    app.jinja_env.globals.update(IN_TEMPLATES)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    site = Blueprint("web", __name__, template_folder="templates")
    for pages in PAGES:
        site.register_blueprint(pages.bp)
    site.before_request(_refuse_forms_of_other_sites)
    site.before_request(confirming.ask)
    site.after_request(protect)
    failures.register(site)
    app.register_blueprint(site)
    for endpoint, view in app.view_functions.items():
        if endpoint.startswith("web."):
            takes_form(view)
    failures.register_unknown_addresses(app)


def _refuse_forms_of_other_sites() -> Response | None:
    """Refuse what another site lets a browser send, where no login's token can tell: at the login itself, for one."""
    if request.method in ("GET", "HEAD"):
        return None
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    if site not in (None, "same-origin", "none") or (
        site is None and origin is not None and parts_of(origin).netloc != request.host
    ):
        raise Forbidden("this form came from another site")
    return None
