"""What all pages of one charge point have: its name, whether it is there, and the tabs."""

from dataclasses import dataclass
from typing import Any

from flask import render_template, request
from flask_babel import lazy_gettext as _

from app.api.context import current_user, services
from app.domain.charge_points import ChargePoint
from app.domain.roles import Role
from app.web.navigation import OPERATOR

PREFIX = f"{OPERATOR}/charge-points/<charge_point_id>"


@dataclass(frozen=True, slots=True)
class Tab:
    endpoint: str
    label: object
    least: Role = Role.STAFF

    @property
    def is_here(self) -> bool:
        return (request.endpoint or "").rpartition(".")[0] == self.endpoint.rpartition(".")[0]


TABS = (
    Tab("web.point_overview.overview", _("Overview")),
    Tab("web.point_history.history", _("History")),
    Tab("web.point_commands.commands", _("Commands")),
    Tab("web.point_configuration.configuration", _("Configuration")),
    Tab("web.point_messages.messages", _("Messages")),
    Tab("web.point_smart_charging.smart_charging", _("Smart charging")),
    Tab("web.point_files.files", _("Firmware and files"), Role.ADMIN),
    Tab("web.point_reservations.reservations", _("Reservations")),
    Tab("web.point_tag_list.tag_list", _("List of tags"), Role.ADMIN),
    Tab("web.point_certificates.certificates", _("Certificates"), Role.ADMIN),
    Tab("web.point_labels.labels", _("Labels")),
)


def point_page(template: str, charge_point: ChargePoint, **facts: Any) -> str:
    """Return a page of a charge point."""
    role = current_user().role
    return render_template(
        template,
        charge_point=charge_point,
        charge_point_id=charge_point.charge_point_id,
        online=services.commands.connected(charge_point.charge_point_id),
        is_admin=role.at_least(Role.ADMIN),
        tabs=[tab for tab in TABS if role.at_least(tab.least)],
        **facts,
    )
