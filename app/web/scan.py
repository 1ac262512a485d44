"""Scan a label: by the camera, from a photo, or type what is printed beneath it; then the page of its connector."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.api.context import current_user, services
from app.api.models import Body, LabelText
from app.api.policy import requires
from app.domain.roles import Role
from app.web.forms import shown_on, submitted

bp = Blueprint("scan", __name__, url_prefix="/scan")


class ScannedForm(Body):
    uri: LabelText


@bp.get("")
@requires(Role.USER, own=False)
def scan_page() -> str:
    return render_template("pages/scan.html")


@bp.post("")
@requires(Role.USER, own=False)
@shown_on(scan_page)
def scanned() -> ResponseReturnValue:
    """Lead on to the connector; what was read goes along where it is a label, not an id typed by hand."""
    text = submitted(ScannedForm).uri.strip(" ")
    found = services.scans.resolve(current_user(), text)
    if found.why_not is not None and found.why_not.code in ("unknown_charge_point", "unknown_connector"):
        raise found.why_not
    charge_point_id = found.scan.charge_point_id
    if found.connector_id is None:
        return redirect(url_for("web.home.home", q=charge_point_id), 303)
    qr = text if found.scan.connector_id else None
    page = "web.charging.connector_page"
    return redirect(url_for(page, charge_point_id=charge_point_id, connector_id=found.connector_id, qr=qr), 303)
