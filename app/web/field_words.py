"""What is wrong with a field of a form, in words for people."""

from collections.abc import Mapping
from datetime import datetime

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from app.domain.charge_points import ID_IN_WORDS
from app.domain.id_tags import ID_TAG_IN_WORDS
from app.domain.phrases import Phrase
from app.web.languages import moment
from app.web.schema_words import schema_words
from app.web.words import Texts

# What is wrong with a field, by pydantic's name for it; its facts are the placeholders.
FAULTS: Texts = {
    "too_short": _("Choose at least one."),
    "extra_forbidden": _("This field is not known."),
    "missing": _("Please fill this in."),
    "greater_than": _("More than %(gt)s."),
    "greater_than_equal": _("At least %(ge)s."),
    "less_than": _("Less than %(lt)s."),
    "less_than_equal": _("At most %(le)s."),
    "decimal_max_places": _("At most %(decimal_places)d digits behind the point."),
    "decimal_parsing": _("A number, please."),
    "enum": _("One of these: %(expected)s."),
    "int_parsing": _("A whole number, please."),
    "int_from_float": _("A whole number, please."),
    "time_parsing": _("A time of day, please."),
    "string_too_long": _("At most %(max_length)d characters."),
    "string_too_short": _("At least %(min_length)d characters."),
}

# What the API says of fields in its own words.
MESSAGES: Texts = {
    ID_IN_WORDS: _("1 to 48 letters, digits or * - _ = : + | @ . and spaces between them."),
    f"must be {ID_TAG_IN_WORDS}": _("1 to 20 letters, digits or signs, without spaces."),
    "must be a date and time, such as 2030-12-31T18:00:00Z": _("A date and a time, such as 2030-12-31T18:00:00Z."),
    "choose one of the list": _("Choose one of the list."),
    "must be an e-mail address": _("This is not an e-mail address."),
    "must not contain control characters": _("There are characters in it that cannot be printed."),
    "is required": _("Please fill this in."),
    "must be a date and time": _("A date and a time, please."),
    "must be 0 or more, and not that much": _("0 or more, please, and not that much."),
    "must have at most two decimals": _("At most two digits behind the point."),
    "name the charge points, or a place": _("Name chargers, or choose a place."),
    "there is no tariff at this charge point": _("Nothing is to be paid here."),
    "is no label of a charge point": _("This is no label of ours. Scan the one on the charger."),
    "is a link to somewhere else; do not open it, and tell the operator": _(
        "This label leads somewhere else. Do not follow it, and tell the operator."
    ),
    "must be a number": _("A number, please."),
    "must be a whole number": _("A whole number, please."),
    "is empty": _("This file is empty."),
    "must be 64 hexadecimal digits": _("64 digits from 0 to 9 and a to f."),
    "must be ahead, and within a year": _("A moment ahead, within a year."),
    "name the charge points, or a vendor or model of which all are meant": _(
        "Say a vendor, a model, or the numbers of the chargers."
    ),
    "must be the user name": _("Type exactly the user name."),
    "must be JSON": _("This is not JSON: look at commas, quotes and brackets."),
    "this is not your password": _("This is not your password."),
    "must be 17 letters and digits, without I, O and Q": _("17 letters and digits, without I, O and Q."),
    "must be UTF-8 text": _("It has to be text in UTF-8."),
    "is in the past": _("A moment ahead, please."),
    "there is no such session at this charge point": _("There is no such session at this charger."),
    "must not be before the session began": _("Not before the session began."),
    "must not be in the future": _("Not in the future."),
    "there is no such tariff": _("There is no such tariff."),
    "there is no such user": _("There is no such user."),
    "a key that many charge points have is none; send each its own": _("A key is for one charger. Send each its own."),
    "an AuthorizationKey is 32 to 40 hexadecimal digits or 16 to 20 characters": _(
        "32 to 40 digits from 0 to 9 and a to f, or 16 to 20 characters."
    ),
    # Commands
    "it answered with CALLERROR NotImplemented": _("it answered with NotImplemented"),
    "it answered with CALLERROR NotSupported": _("it answered with NotSupported"),
    "it answered with NotSupported": _("it answered with NotSupported"),
    # Tags
    "a vehicle's tag is the child of its account's": _("A vehicle's tag is always the child of its account's."),
    "a tag cannot be its own parent": _("A tag cannot be its own parent."),
    "there is no such idTag": _("There is no such tag."),
    "this tag is a parent itself, and a parent has none": _("This tag is a parent itself, and a parent has none."),
    # Charging profiles
    "is no session that is charging on this connector": _("This session is not charging on this connector."),
    "only a TxProfile is for a session": _("Only a TxProfile is for a session."),
    "a Recurring profile recurs Daily or Weekly": _("Say whether it comes again Daily or Weekly."),
    "only a Recurring profile has one": _("Only a Recurring profile has one."),
    "a Relative profile starts with the charging, at no time of its own": _(
        "A Relative profile begins with the session."
    ),
    "must be after valid_from": _("Later than it begins to be valid."),
    "must be 0: the first period begins with the schedule": _("0: the first period begins with the schedule."),
    "must be 0 or more": _("0 or more, please."),
    "must have at most one decimal": _("At most one digit behind the point."),
    "a ChargePointMaxProfile goes to connector 0, for it limits the whole": _(
        "A ChargePointMaxProfile is for the whole charger."
    ),
    "a TxProfile goes to the connector of its transaction, which is not 0": _(
        "A TxProfile is for a connector, not for the whole charger."
    ),
    "it cannot change the number of phases (ConnectorSwitch3to1PhaseSupported)": _(
        "The charger cannot change the number of phases (ConnectorSwitch3to1PhaseSupported)."
    ),
    # Files and certificates
    "must not carry a user name or password: they would be readable wherever the URL is": _(
        "No user name or password, please: whoever sees the address could read them."
    ),
    "must be a plain URL: scheme, host, path and a query of name=value pairs, without special characters": _(
        "A plain address, please, without special characters."
    ),
    "is no PEM certificate that can be read": _("This is no certificate in PEM that can be read."),
    "holds more than one certificate: give the root alone": _("There is more than one. Give the root alone."),
    "is not the certificate of an authority (CA)": _("It is not the certificate of an authority (CA)."),
    "is not a root: it is not signed by itself": _("It is not a root: it is not signed by itself."),
    "has a key that is neither RSA nor ECDSA": _("Its key is neither RSA nor ECDSA."),
    "is required with signing_certificate": _("A certificate needs the signature too."),
    "is required with signature: charge points get both": _("A signature needs its certificate too."),
    "is not this file's under this certificate (RSA or ECDSA with SHA-256)": _(
        "It is not this file's under this certificate (RSA or ECDSA with SHA-256)."
    ),
    "is not for signing, by its key usage": _("It is not for signing, by its key usage."),
    "must be Base64": _("It has to be Base64."),
    "must be an X.509 certificate in PEM": _("It has to be an X.509 certificate in PEM."),
    "has extensions that cannot be read": _("It has extensions that cannot be read."),
    "only a signed update has one": _("Only a signed update has one."),
}


# The same where there are values in what is said, by the template that the domain has for it.
PHRASES: Texts = {
    "must be %(what)s": _("3 to 64 letters, digits or . _ @ + -"),
    "%(least)d to %(most)d characters": _("%(least)d to %(most)d characters."),
    "%(least)d to %(most)d bytes": _("%(least)d to %(most)d bytes."),
    "at most %(most)d": _("At most %(most)d."),
    "must be from 0 to %(most)d": _("From 0 to %(most)d."),
    "must have at most %(most)d decimals": _("At most %(most)d digits behind the point."),
    "must be an amount of %(currency)s": _("An amount of %(currency)s, please."),
    "must end after now and within %(most)g minutes": _("At most %(most)g minutes ahead."),
    "there is no charge point %(which)s": _("There is no charger of this number: %(which)s."),
    "this charge point has the connectors %(which)s": _("It has the connectors %(which)s."),
    "not known here: %(which)s": _("Not known here: %(which)s."),
    "not known here: %(which)s, and %(more)d more": _("Not known here: %(which)s, and %(more)d more."),
    "must be from %(start)d Wh, the reading at the start, on, and not far beyond": _(
        "From %(start)d Wh on, the reading at the start, and not far beyond."
    ),
    # Tables
    "is in line %(line)d already": _("It is in line %(line)d already."),
    "has %(cells)d cells, and the header %(header)d": _("It has %(cells)d cells, and the first line %(header)d."),
    "has more than %(most)d rows; send it in parts": _("More than %(most)d lines. Bring it in parts."),
    "is empty; its first line must name the columns: %(columns)s": _(
        "It is empty. The first line has to name the columns: %(columns)s."
    ),
    "is not CSV: %(why)s": _("This line is not CSV."),
    "there is no column '%(name)s'; there are %(columns)s": _(
        "There is no column “%(name)s”. These can be there: %(columns)s."
    ),
    "the column %(name)s is there twice": _("The column %(name)s is there twice."),
    "the column %(name)s is missing; the first line must name the columns": _(
        "The column %(name)s is missing. The first line has to name the columns."
    ),
    # Charging profiles
    "is required: without it the schedule would not be %(kind)s": _("A schedule that is %(kind)s needs it."),
    "is longer than the %(most)d seconds after which the schedule begins anew": _(
        "Longer than the %(most)d seconds after which it begins anew."
    ),
    "must be after the %(before)d of the period before": _("Later than the %(before)d of the period before."),
    "the schedule is over after %(end)d seconds": _("The schedule is over after %(end)d seconds."),
    "its valid_to, %(when)s, has passed": _("It was valid until %(when)s."),
    "a start takes a TxProfile, and this is a %(purpose)s": _("A start takes a TxProfile, and this is a %(purpose)s."),
    "a start takes a Relative profile, and this one is %(kind)s": _(
        "A start takes a Relative profile, and this one is %(kind)s."
    ),
    "its %(key)s is %(most)d": _("The charger takes %(most)d at most (%(key)s)."),
    "its ChargingScheduleAllowedChargingRateUnit allows only %(units)s": _("The charger takes only %(units)s."),
    "it keeps %(kept)d already, and its MaxChargingProfilesInstalled is %(most)d": _(
        "The charger keeps %(kept)d already, and %(most)d at most."
    ),
    # Tags
    "%(tag)s has a parent itself, %(parent)s; take that": _("%(tag)s has a parent itself: take that one, %(parent)s."),
    "the tag of %(owner)s's %(kind)s stays with it": _("This tag belongs to %(owner)s and stays there."),
    # Files and certificates
    "is not the file's, which is %(sha256)s: it was damaged on the way": _(
        "That of the file is %(sha256)s: it was damaged on the way."
    ),
    "must be at most %(most)d characters long": _("At most %(most)d characters."),
    "must begin with one of %(which)s": _("It must begin with one of these: %(which)s"),
    "charge points may not be sent to %(host)s; to allow it, add %(entry)s to the setting FILE_HOSTS": _(
        "Chargers may not be sent to %(host)s. To allow it, add %(entry)s to the setting FILE_HOSTS."
    ),
    "has more than %(most)d characters": _("At most %(most)d characters."),
    "expired on %(when)s": _("It expired on %(when)s."),
    "is not valid before %(when)s": _("It is not valid before %(when)s."),
    "has a key of %(bits)d bits; %(least)d are needed": _("Its key has %(bits)d bits; %(least)d are needed."),
    "must have an RSA key of %(rsa)d bits or more, or an ECDSA key of %(ec)d": _(
        "It needs an RSA key of %(rsa)d bits or more, or an ECDSA key of %(ec)d."
    ),
    "does not lead to any of the roots in FIRMWARE_ROOTS: %(why)s": _(
        "It was not issued under any of the roots in FIRMWARE_ROOTS."
    ),
    "SupportedFeatureProfiles does not list %(profile)s": _("SupportedFeatureProfiles does not list %(profile)s"),
}

# What the message of a broken JSON schema has with it, by which it is known from one of pydantic's.
_LIMIT = "limit"


def field_fault(kind: str, message: str, facts: Mapping[str, object]) -> str:
    """Return what to say of a field."""
    return in_words(Phrase.in_other_words(message, kind, **facts))


def in_words(message: str) -> str:
    """Say in the reader's language what the domain says; what nobody has worded as it is."""
    if isinstance(message, Phrase):
        if message.template in PHRASES:
            values = {name: moment(v) if isinstance(v, datetime) else v for name, v in message.values.items()}
            return str(PHRASES[message.template]) % values
        if _LIMIT in message.values and (words := schema_words(message.template, message.values[_LIMIT])):
            return words
        if message.template in FAULTS:
            values = {name: _choice(v) if name == "expected" else v for name, v in message.values.items()}
            return str(FAULTS[message.template]) % values
    text = MESSAGES.get(message.removeprefix("Value error, "))
    return str(text) if text is not None else gettext(message)


def _choice(expected: str) -> str:
    """Return what can be chosen without the English in between."""
    return expected.replace(" or ", ", ")
