"""Certificates of a charge point: the roots installed in it, and those it was given itself."""

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue
from ocpp.v16.enums import Action, CertificateUse

from app.api.context import current_user, services
from app.api.models import Body, Key
from app.api.policy import requires
from app.api.root_certificates import NewRootCertificate
from app.domain.roles import Role
from app.domain.root_certificates import TYPES, root_id
from app.storage.collection import equal
from app.web.forms import shown_on, submitted
from app.web.lists import listed
from app.web.point.tabs import PREFIX, point_page

bp = Blueprint("point_certificates", __name__, url_prefix=f"{PREFIX}/certificates")

SHOWN = 20
PAGE = "web.point_certificates.certificates"


class Question(Body):
    certificate_type: CertificateUse


class Deletion(Body):
    root_certificate_id: Key
    force: bool = False


@bp.get("")
@requires(Role.ADMIN)
def certificates(charge_point_id: str) -> str:
    charge_point = services.fleet.get(charge_point_id)
    here = charge_point.charge_point_id
    own, more = listed(services.storage.certificates, equal([("charge_point_id", here)]), SHOWN)
    kinds = [(kind.value, services.storage.root_certificates.of(here, kind)) for kind in TYPES]
    return point_page(
        "pages/point_certificates.html",
        charge_point,
        kinds=[(kind, roots, [(root_id(o), o) for o in roots.certificates] if roots else []) for kind, roots in kinds],
        own=own,
        next=more,
    )


@bp.post("/read")
@requires(Role.ADMIN)
@shown_on(certificates)
def read(charge_point_id: str) -> ResponseReturnValue:
    charge_point = services.fleet.get(charge_point_id)
    question = {"certificateType": submitted(Question).certificate_type.value}
    services.commands.send_verbatim(
        charge_point.charge_point_id,
        Action.get_installed_certificate_ids,
        question,
        requested_by=current_user().username,
        force=True,
    )
    return redirect(url_for(PAGE, charge_point_id=charge_point_id), 303)


@bp.post("/install")
@requires(Role.ADMIN)
@shown_on(certificates)
def install(charge_point_id: str) -> ResponseReturnValue:
    charge_point = services.fleet.get(charge_point_id)
    form = submitted(NewRootCertificate)
    outcome = services.root_certificates.install(
        charge_point.charge_point_id, form.certificate_type.value, form.certificate, current_user().username
    )
    return _to_outcome(charge_point_id, outcome.command_id)


@bp.post("/delete")
@requires(Role.ADMIN)
@shown_on(certificates)
def delete(charge_point_id: str) -> ResponseReturnValue:
    charge_point = services.fleet.get(charge_point_id)
    form = submitted(Deletion)
    outcome = services.root_certificates.delete(
        charge_point.charge_point_id, form.root_certificate_id, current_user().username, force=form.force
    )
    return _to_outcome(charge_point_id, outcome.command_id)


@bp.post("/renew")
@requires(Role.ADMIN)
@shown_on(certificates)
def renew(charge_point_id: str) -> ResponseReturnValue:
    services.certificates.renew(services.fleet.get(charge_point_id), current_user().username)
    return redirect(url_for(PAGE, charge_point_id=charge_point_id), 303)


def _to_outcome(charge_point_id: str, command_id: str) -> ResponseReturnValue:
    return redirect(url_for("web.point_commands.sent", charge_point_id=charge_point_id, command_id=command_id), 303)
