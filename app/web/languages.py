"""English and Thai: the catalogues, which of them a reader gets, and whose time his pages show.

The catalogues are read as translators write them; nothing has to be compiled.
"""

import io
from collections.abc import Mapping
from datetime import datetime, tzinfo
from functools import cache
from pathlib import Path

from babel import Locale
from babel.dates import get_timezone
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations
from flask import Flask, request
from flask_babel import Babel, Domain, format_date, format_decimal, format_time, get_locale

from app.web.viewer import viewer

LANGUAGES: Mapping[str, str] = {"en": "English", "th": "ไทย"}
LANGUAGE_COOKIE = "language"
ZONE_COOKIE = "zone"
NO_BREAK = "\N{NO-BREAK SPACE}"
CATALOGUES = Path(__file__).parent / "translations"


class _Catalogues(Domain):
    def get_translations(self) -> Translations:
        return catalogue(language())


class _Babel(Babel):
    domain_instance = _Catalogues()  # type: ignore[no-untyped-call]  # Flask-Babel has no types


def register(app: Flask) -> None:
    """Let the templates speak the reader's language."""
    for each in LANGUAGES:
        catalogue(each)
    _Babel(app, locale_selector=_chosen_language, timezone_selector=_zone)  # type: ignore[no-untyped-call]
    app.jinja_env.filters.update(fixed=fixed, moment=moment)


def fixed(number: float, digits: int) -> str:
    """Write a number with so many digits behind the point."""
    return str(format_decimal(number, f"#,##0.{'0' * digits}"))


def moment(when: datetime) -> str:
    """Write an instant to the minute, in the reader's time."""
    pattern = str((get_locale() or Locale("en")).datetime_formats["medium"])
    day, minute = format_date(when, "medium"), format_time(when, "short")  # type: ignore[no-untyped-call]
    # What stands behind a time in Thai does not begin a line.
    return pattern.replace("{1}", day).replace("{0}", minute.replace(" ", NO_BREAK))


@cache
def catalogue(name: str) -> Translations:
    """Return the texts of a language."""
    with (CATALOGUES / name / "LC_MESSAGES" / "messages.po").open("rb") as file:
        texts = read_po(file, locale=name)
    compiled = io.BytesIO()
    write_mo(compiled, texts)
    compiled.seek(0)
    return Translations(compiled)


def language() -> str:
    """Return the language of the answer at hand."""
    locale = get_locale()
    return str(locale.language) if locale else "en"


def _chosen_language() -> str:
    """Return the account's language, else the one chosen on this device, else the browser's."""
    user = viewer()
    for wanted in (user.language if user else None, request.cookies.get(LANGUAGE_COOKIE)):
        if wanted in LANGUAGES:
            return str(wanted)
    return request.accept_languages.best_match(LANGUAGES) or "en"


def _zone() -> tzinfo:
    """Return the time zone that the browser has told, UTC where nobody knows it."""
    try:
        return get_timezone(request.cookies.get(ZONE_COOKIE, "UTC"))
    except LookupError:
        return get_timezone("UTC")
