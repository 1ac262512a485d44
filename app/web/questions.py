"""What is asked once more before it is done: which forms, when, and what is said. How it is asked is confirming.py."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from flask_babel import lazy_gettext as _

Facts = Mapping[str, str]


def _always(_facts: Facts) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Question:
    """`do` is the word on the button; the facts of the form and of its address are the placeholders of the texts.

    It is asked when the facts are as in `when`, where an empty text stands for nothing, and `only_if` they are so.
    """

    title: object
    text: object
    do: object
    when: Facts = field(default_factory=dict)
    only_if: Callable[[Facts], bool] = _always

    def fits(self, facts: Facts) -> bool:
        return all(facts.get(name, "") == text for name, text in self.when.items()) and self.only_if(facts)


# By the endpoint that a form is sent to.
QUESTIONS: Mapping[str, Sequence[Question]] = {
    "web.firmware.remove": (
        Question(
            _("Delete this firmware?"),
            _("Chargers that are fetching it break off. To send it again, it has to be brought again."),
            _("Delete the firmware"),
        ),
    ),
    "web.charging_profiles.remove": (
        Question(
            _("Remove this charging profile?"),
            _("It is gone from here. Chargers go on with what they were sent."),
            _("Remove the profile"),
        ),
    ),
    "web.list_groups.remove": (
        Question(
            _("Remove the group %(name)s?"),
            _("What only it wants leaves the lists of its chargers."),
            _("Remove the group"),
        ),
    ),
    "web.tags.remove": (
        Question(_("Remove the tag %(id_tag)s?"), _("Nobody can charge with it any more."), _("Remove the tag")),
    ),
    "web.tariffs.remove": (
        Question(_("Remove this tariff?"), _("Sessions that have begun keep its prices."), _("Remove the tariff")),
    ),
    "web.vehicles.remove_vehicle": (
        Question(
            _("Remove this vehicle?"),
            _("When you remove it, its tag stops working. Your history stays."),
            _("Remove this vehicle"),
        ),
    ),
    "web.vehicles.block_tag": (
        Question(
            _("Block the tag %(idTag)s?"),
            _("Nobody can charge with it any more. Only the operator can unblock it."),
            _("Block it"),
        ),
    ),
}
