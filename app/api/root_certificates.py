"""Root certificates at charge points: what is installed as last read, install, delete."""

from typing import Annotated, Any

from flask_openapi3 import Tag
from ocpp.v16.enums import CertificateUse
from pydantic import BaseModel, ConfigDict, Field

from app.api.answer import Answer, Time
from app.api.answers_commands import CommandAnswer
from app.api.context import current_user, services
from app.api.models import Body, ChargePointPath, Key
from app.api.policy import requires
from app.api.routes import Routes
from app.certificates.roots import MAX_CERTIFICATE
from app.command_outcomes import Outcome
from app.domain.roles import Role
from app.domain.root_certificates import TYPES, root_id

api = Routes("root_certificates", __name__, url_prefix="/api", abp_tags=[Tag(name="Certificates")])


class RootCertificatePath(ChargePointPath):
    root_certificate_id: Key


class DeletionQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    force: bool = Field(False, description="Delete even the last Central System's certificate.")


class NewRootCertificate(Body):
    certificate_type: CertificateUse
    certificate: Annotated[str, Field(max_length=2 * MAX_CERTIFICATE)] = Field(description="PEM, one root.")


class RootCertificateAnswer(Answer):
    """OCPP's certificateHashData as the charge point told it, and what it is called here."""

    root_certificate_id: str
    hashAlgorithm: str  # noqa: N815 - OCPP's names
    issuerNameHash: str  # noqa: N815
    issuerKeyHash: str  # noqa: N815
    serialNumber: str  # noqa: N815


class InstalledAnswer(Answer):
    """`read_at` is missing where it was never read; `outdated`: one more was installed since."""

    certificate_type: CertificateUse
    read_at: Time | None = None
    age: int | None = Field(None, description="Seconds since it was read.")
    outdated: bool
    certificates: list[RootCertificateAnswer]


class InstalledListAnswer(Answer):
    items: list[InstalledAnswer]


@api.get(
    "/charge_points/<charge_point_id>/root_certificates",
    summary="Root certificates at a charge point, as last read",
    responses={200: InstalledListAnswer},
)
@requires(Role.ADMIN)
def list_root_certificates(path: ChargePointPath) -> dict[str, Any]:
    """Nothing is asked of the charge point. Send the command GetInstalledCertificateIds to read them anew."""
    charge_point = services.fleet.get(path.charge_point_id)
    return {"items": [_installed(charge_point.charge_point_id, each) for each in TYPES]}


@api.post(
    "/charge_points/<charge_point_id>/root_certificates",
    summary="Install a root certificate",
    responses={200: CommandAnswer},
)
@requires(Role.ADMIN)
def install_root_certificate(path: ChargePointPath, body: NewRootCertificate) -> dict[str, Any]:
    """It is looked through before it is sent. `status` is the charge point's answer: Accepted, Failed or Rejected."""
    charge_point = services.fleet.get(path.charge_point_id)
    return _answer(
        services.root_certificates.install(
            charge_point.charge_point_id, body.certificate_type.value, body.certificate, current_user().username
        )
    )


@api.delete(
    "/charge_points/<charge_point_id>/root_certificates/<root_certificate_id>",
    summary="Delete a root certificate",
    responses={200: CommandAnswer},
)
@requires(Role.ADMIN)
def delete_root_certificate(path: RootCertificatePath, query: DeletionQuery) -> dict[str, Any]:
    """`status` is the charge point's answer: Accepted, Failed or NotFound."""
    charge_point = services.fleet.get(path.charge_point_id)
    return _answer(
        services.root_certificates.delete(
            charge_point.charge_point_id, path.root_certificate_id, current_user().username, force=query.force
        )
    )


def _installed(charge_point_id: str, certificate_type: CertificateUse) -> dict[str, Any]:
    roots = services.storage.root_certificates.of(charge_point_id, certificate_type)
    if roots is None:
        return {"certificate_type": certificate_type, "outdated": False, "certificates": []}
    return {
        "certificate_type": certificate_type,
        "read_at": roots.read_at,
        "age": max(0, int((services.now() - roots.read_at).total_seconds())),
        "outdated": roots.changed_at is not None,
        "certificates": [{"root_certificate_id": root_id(one), **one} for one in roots.certificates],
    }


def _answer(outcome: Outcome) -> dict[str, Any]:
    names = ("command_id", "action", "status", "response")
    return {name: getattr(outcome, name) for name in names}
