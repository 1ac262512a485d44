"""What is asked before it is done to chargers: what cuts drivers off, and what cannot be taken back."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from flask_babel import lazy_gettext as _

from app.api.context import services
from app.web.questions import Facts, Question


def _somebody_charges(facts: Facts) -> bool:
    running = services.storage.sessions.open_on(services.fleet.get(facts["charge_point_id"]).charge_point_id)
    return any(str(one.connector_id) == facts["connectorId"].lstrip("0") and one.started_at for one in running)


_CUT_OFF = _(
    "Whoever is charging is cut off, and what was drawn may not be told. A gentle restart ends sessions properly."
)
_RELEASED = _("Somebody is charging here. When the cable is released, the session ends, and the cable can be taken.")
_FORGETS = _("Until tags were shown there once more, a charger without a connection lets in nobody by its memory.")
_CLEAR_ALL = Question(
    _("Clear all charging profiles of %(charge_point_id)s?"),
    _("All limits end, those that others have set there too. Cars may draw as much as the charger gives."),
    _("Clear them all"),
)
_WHICH_PROFILES = ("id", "connectorId", "chargingProfilePurpose", "stackLevel")
_DELETE_CERTIFICATE = Question(
    _("Delete a certificate in %(charge_point_id)s?"),
    _("If it trusts this server by it, it cannot connect any more, and somebody has to go there."),
    _("Delete the certificate"),
)

QUESTIONS: Mapping[str, Sequence[Question]] = {
    "web.point_commands.send": (
        Question(
            _("Restart %(charge_point_id)s at once?"), _CUT_OFF, _("Restart now"), {"action": "Reset", "type": "Hard"}
        ),
        Question(
            _("Release the cable of connector %(connectorId)s?"),
            _RELEASED,
            _("Release it now"),
            {"action": "UnlockConnector"},
            _somebody_charges,
        ),
        Question(
            _("Empty the memory of tags of %(charge_point_id)s?"), _FORGETS, _("Empty it"), {"action": "ClearCache"}
        ),
        replace(_CLEAR_ALL, when={"action": "ClearChargingProfile"} | dict.fromkeys(_WHICH_PROFILES, "")),
        replace(_DELETE_CERTIFICATE, when={"action": "DeleteCertificate"}),
    ),
    "web.point_smart_charging.clear": (replace(_CLEAR_ALL, when={"ocpp_profile_id": ""}),),
    "web.point_certificates.delete": (_DELETE_CERTIFICATE,),
    "web.point_labels.revoke": (
        Question(
            _("Refuse the labels of connector %(connector_id)s that were printed until now?"),
            _("Nobody can start by them any more. Print the new one and put it on the connector."),
            _("Refuse them now"),
        ),
    ),
    "web.point_overview.remove": (
        Question(
            _("Remove %(charge_point_id)s?"),
            _(
                "Its connection ends and it is not let in again. Its configuration, its list of tags and its "
                "reservations are forgotten; its sessions and bills stay."
            ),
            _("Remove for good"),
        ),
    ),
    "web.point_tag_list.drop": (
        Question(
            _("Want nothing of its own in the list of %(charge_point_id)s?"),
            _("Who is only in its own list is not let in any more while the charger has no connection."),
            _("Empty its own list"),
        ),
    ),
    "web.bulk.begin": (
        Question(
            _("Restart the chosen chargers at once (%(count)s)?"), _CUT_OFF, _("Restart now"), {"command": "reset-hard"}
        ),
        Question(
            _("Take the chosen chargers out of service (%(count)s)?"),
            _("Nobody can begin to charge there. Sessions that run go on to their end."),
            _("Take them out"),
            {"command": "inoperative"},
        ),
        Question(
            _("Release the cables at the chosen chargers (%(count)s)?"),
            _("Where somebody is charging, the session ends, and the cable can be taken."),
            _("Release them now"),
            {"command": "unlock"},
        ),
        Question(
            _("Empty the memory of tags of the chosen chargers (%(count)s)?"),
            _FORGETS,
            _("Empty it"),
            {"command": "clear-cache"},
        ),
    ),
}
