"""The rules of a start in words: what each asks for, and how things stand where one does not let pass."""

from datetime import datetime

from flask_babel import lazy_gettext as _

from app.domain.checks import Check
from app.web.languages import moment
from app.web.words import Texts

RULES: Texts = {
    "charge_point_known": _("The charger is known"),
    "connector_known": _("It has this connector"),
    "charge_point_accepted": _("The charger is in service"),
    "charge_point_connected": _("The charger is connected"),
    "connector_free": _("Nobody charges at the connector"),
    "not_reserved": _("It is not reserved for somebody else"),
    "tag_known": _("The tag is known"),
    "tag_not_blocked": _("The tag is not blocked"),
    "tag_not_expired": _("The tag has not expired"),
    "parent_not_blocked": _("Its parent is not blocked"),
    "parent_not_expired": _("Its parent has not expired"),
    "grandparent_not_blocked": _("The parent of its parent is not blocked"),
    "grandparent_not_expired": _("The parent of its parent has not expired"),
    "account_enabled": _("The account is not disabled"),
    "within_limit": _("The tag charges nowhere else at the moment"),
    "within_limit_with_requests": _("Nor has it been asked for elsewhere"),
}
# Of a rule that refuses; a check's values are the placeholders.
REFUSALS: Texts = {
    "charge_point_known": _("There is no charger of this number."),
    "connector_known": _("It has the connectors %(connectors)s."),
    "charge_point_accepted": _("It is not in service yet."),
    "charge_point_connected": _("It is not connected at the moment."),
    "connector_free": _("Somebody is charging here, or about to."),
    "not_reserved": _("It is reserved until %(until)s."),
    "tag_known": _("Nobody has added this tag."),
    "tag_not_blocked": _("The tag is blocked."),
    "tag_not_expired": _("The tag has expired."),
    "parent_not_blocked": _("Its parent is blocked."),
    "parent_not_expired": _("Its parent has expired."),
    "grandparent_not_blocked": _("The parent of its parent is blocked."),
    "grandparent_not_expired": _("The parent of its parent has expired."),
    "account_enabled": _("The account is disabled."),
    "within_limit": _("It charges in %(sessions)s sessions elsewhere; its limit is %(limit)s."),
    "within_limit_with_requests": _(
        "It charges, or is to charge, in %(sessions)s sessions elsewhere; its limit is %(limit)s."
    ),
}


def check_words(check: Check) -> str:
    """Return how things stand with a rule that does not let pass."""
    values = {name: moment(value) if isinstance(value, datetime) else value for name, value in check.values.items()}
    return str(REFUSALS[check.rule]) % values
