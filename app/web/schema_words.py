"""What is wrong with a field of a form that was made from a JSON schema, by the schema's keyword that it breaks."""

from typing import Any

from flask_babel import lazy_gettext as _

from app.web.words import Texts

# What the schema says there is the placeholder.
KEYWORDS: Texts = {
    "additionalProperties": _("This field is not known."),
    "enum": _("Choose one of the list: %(limit)s."),
    "maxItems": _("At most %(limit)s of them."),
    "maxLength": _("At most %(limit)s characters."),
    "maximum": _("At most %(limit)s."),
    "minItems": _("At least %(limit)s of them."),
    "minLength": _("At least %(limit)s characters."),
    "minimum": _("At least %(limit)s."),
    "multipleOf": _("A multiple of %(limit)s, please."),
    "pattern": _("It does not look as it should: %(limit)s"),
    "required": _("Please fill this in."),
}
TYPES: Texts = {
    "array": _("A list, please."),
    "boolean": _("Yes or no, please."),
    "integer": _("A whole number, please."),
    "number": _("A number, please."),
    "object": _("Fields with their values, please."),
    "string": _("Text, please."),
}
FORMATS: Texts = {
    "date-time": _("A date and a time, please."),
    "uri": _("An address, please, such as https://example.com/file."),
}


def schema_words(keyword: str, limit: Any) -> str | None:
    """Return what to say of a field that breaks a keyword; None where nothing is known of that."""
    match keyword:
        case "type":
            return " ".join(str(TYPES[each]) for each in limit if each in TYPES) or None
        case "format":
            return str(FORMATS[limit]) if limit in FORMATS else None
        case "enum":
            limit = ", ".join(map(str, limit))
    return str(KEYWORDS[keyword]) % {"limit": limit} if keyword in KEYWORDS else None
