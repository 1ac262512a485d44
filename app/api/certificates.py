"""Certificates of charge points: what was issued to whom, renewals, and the authority that signs them."""

from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from flask_openapi3 import Tag
from pydantic import BaseModel, Field

from app.api.answer import Answer, Time, page_of
from app.api.context import current_user, services
from app.api.models import ChargePointPath, Key, Moment, Nothing, PageQuery
from app.api.paging import page
from app.api.policy import requires
from app.api.routes import Routes
from app.certificates.chains import to_pem
from app.domain.roles import Role
from app.door.client_certificates import fingerprint
from app.door.tls import trusts_client_authority
from app.errors import NotFound
from app.storage.certificates import CertificateStatus, ChargePointCertificate
from app.storage.collection import equal

api = Routes("certificates", __name__, url_prefix="/api", abp_tags=[Tag(name="Certificates")])


class CertificatePath(BaseModel):
    certificate_id: Key


class CertificateQuery(PageQuery):
    charge_point_id: Key | None = None
    status: CertificateStatus | None = None
    expires_before: Moment | None = Field(None, description="With status=delivered: what is to be renewed.")


class CertificateAnswer(Answer):
    """`status`: asked, requested (its CSR is here), issued, delivered; or rejected, refused, failed, superseded.

    `requested_by` is missing where the charge point asked by itself. `chain` is PEM, in the answer to one alone.
    """

    certificate_id: str
    charge_point_id: str
    status: CertificateStatus
    status_at: Time
    reason: str | None = None
    requested_by: str | None = None
    requested_at: Time
    received_at: Time | None = None
    issued_at: Time | None = None
    serial_number: str | None = None
    fingerprint: str | None = None
    subject: str | None = None
    not_before: Time | None = None
    not_after: Time | None = None
    command_id: str | None = None
    chain: str | None = None


class AuthorityAnswer(Answer):
    """`certificate` is PEM. `trusted`: OCPP_TLS_CLIENT_CA has it, so what it signs is good for security profile 3."""

    certificate: str
    subject: str
    fingerprint: str
    not_before: Time
    not_after: Time
    trusted: bool = Field(description="What it signs is good for security profile 3.")


@api.get(
    "/certificates",
    summary="Certificates of charge points, newest first",
    responses={200: page_of(CertificateAnswer)},
)
@requires(Role.ADMIN)
def list_certificates(query: CertificateQuery) -> dict[str, Any]:
    """Requests that came to nothing are listed with their `reason`."""
    where = equal([("charge_point_id", query.charge_point_id), ("status", query.status)])
    if query.expires_before is not None:
        where["not_after"] = {"$lt": query.expires_before}
    return page(services.storage.certificates, where, query, certificate_json)


@api.get(
    "/certificates/<certificate_id>",
    summary="One certificate and its chain",
    responses={200: CertificateAnswer},
)
@requires(Role.ADMIN)
def get_certificate(path: CertificatePath) -> dict[str, Any]:
    one = services.certificates.get(path.certificate_id)
    return certificate_json(one) | ({"chain": one.chain} if one.chain else {})


@api.get(
    "/certificates/authority",
    summary="The authority that signs charge points' certificates",
    responses={200: AuthorityAnswer},
)
@requires(Role.ADMIN)
def get_authority() -> dict[str, Any]:
    """Its certificate is for OCPP_TLS_CLIENT_CA; `chargebridge ca` prints the same."""
    certificates = services.certificates.authority()
    if not certificates:
        raise NotFound("CA_COMMAND signs, and CA_CERT does not say with which certificate")
    return authority_json(certificates[0])


@api.post(
    "/charge_points/<charge_point_id>/certificates",
    summary="Have a charge point renew its certificate",
    responses={201: CertificateAnswer},
)
@requires(Role.ADMIN)
def renew_certificate(path: ChargePointPath, body: Nothing) -> tuple[dict[str, Any], int]:
    """It is asked for a certificate signing request. Follow the certificate's `status` to `delivered`."""
    charge_point = services.fleet.get(path.charge_point_id)
    return certificate_json(services.certificates.renew(charge_point, current_user().username)), 201


_FIELDS = (
    "certificate_id charge_point_id status status_at reason requested_by requested_at received_at issued_at "
    "serial_number fingerprint subject not_before not_after command_id"
)


def certificate_json(one: ChargePointCertificate) -> dict[str, Any]:
    return {name: value for name in _FIELDS.split() if (value := getattr(one, name)) is not None}


def authority_json(certificate: x509.Certificate) -> dict[str, Any]:
    return {
        "certificate": to_pem([certificate]),
        "subject": certificate.subject.rfc4514_string(),
        "fingerprint": fingerprint(certificate.public_bytes(Encoding.DER)),
        "not_before": certificate.not_valid_before_utc,
        "not_after": certificate.not_valid_after_utc,
        "trusted": trusts_client_authority(services.settings, certificate),
    }
