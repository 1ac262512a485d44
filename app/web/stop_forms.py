"""Rules for the end of charging, as people fill them in: kilowatt-hours, a time of day, an amount of money."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Annotated, Any, cast

from flask_babel import format_time, get_timezone
from flask_babel import gettext as _
from pydantic import Field

from app.api.models import Body, Key
from app.domain.currencies import MINOR_DIGITS, written
from app.domain.phrases import Phrase
from app.domain.sessions import MOST_PER_SESSION_WH
from app.domain.stop_rules import StopAt
from app.domain.tariffs import Tariff
from app.errors import BadInput
from app.web.languages import fixed

_MOST_MINOR = 2**31
TimeOfDay = time


class StopForm(Body):
    """All empty: until the car is full or somebody stops."""

    energy_kwh: Annotated[Decimal, Field(gt=0, le=MOST_PER_SESSION_WH // 1000, decimal_places=3)] | None = None
    minutes: Annotated[int, Field(ge=1, le=7 * 24 * 60)] | None = None
    time: TimeOfDay | None = None
    soc: Annotated[int, Field(ge=1, le=100)] | None = None
    cost: Annotated[Decimal, Field(gt=0, lt=_MOST_MINOR, decimal_places=3)] | None = None

    def rules(self, now: datetime, tariff: Tariff | None) -> StopAt | None:
        """Return the rules, None where there is none; raises BadInput for money where nothing costs any."""
        rules = StopAt(
            energy_wh=int(self.energy_kwh * 1000) if self.energy_kwh else None,
            minutes=self.minutes,
            time=_next(self.time, now) if self.time else None,
            soc=self.soc,
            cost=_minor(self.cost, tariff) if self.cost else None,
        )
        return rules if rules != StopAt() else None


class StartForm(StopForm):
    """What goes with a start: a form sent twice, with the same `key`, starts once."""

    key: Key | None = None
    vehicle_id: Key | None = None


def stop_values(stop_at: StopAt | None, tariff: Tariff | None) -> Mapping[str, Any]:
    """Return rules as the form's fields have them."""
    if stop_at is None:
        return {}
    cost = None
    if stop_at.cost is not None and tariff is not None:
        cost = written(stop_at.cost, tariff.currency).split()[0]
    return {
        "energy_kwh": f"{Decimal(stop_at.energy_wh) / 1000:f}" if stop_at.energy_wh else None,
        "minutes": stop_at.minutes,
        "time": stop_at.time.astimezone(cast(Any, get_timezone())).strftime("%H:%M") if stop_at.time else None,
        "soc": stop_at.soc,
        "cost": cost,
    }


def stop_words(stop_at: StopAt, tariff: Tariff | None) -> list[str]:
    """Return each rule in words: the first one reached ends the session."""
    words = []
    if stop_at.energy_wh is not None:
        words.append(_("at %(kwh)s kWh", kwh=fixed(stop_at.energy_wh / 1000, 1)))
    if stop_at.minutes is not None:
        words.append(_("after %(minutes)d min", minutes=stop_at.minutes))
    if stop_at.time is not None:
        words.append(_("at %(time)s", time=format_time(stop_at.time, "short")))  # type: ignore[no-untyped-call]
    if stop_at.soc is not None:
        words.append(_("at %(soc)d %% of the battery", soc=stop_at.soc))
    if stop_at.cost is not None and tariff is not None:
        words.append(_("at a cost of %(money)s", money=written(stop_at.cost, tariff.currency)))
    return words


def _next(wanted: TimeOfDay, now: datetime) -> datetime:
    """Return when it is such a time of day for the reader, from now on."""
    zone = cast(Any, get_timezone())
    today = now.astimezone(zone).date()
    first = datetime.combine(today, wanted.replace(tzinfo=None))
    moments = (zone.localize(first + timedelta(days=days)) for days in (0, 1))
    return cast(datetime, next(moment for moment in moments if moment > now))


def _minor(amount: Decimal, tariff: Tariff | None) -> int:
    if tariff is None:
        raise BadInput("cost", "there is no tariff at this charge point")
    minor = amount.scaleb(MINOR_DIGITS[tariff.currency])
    if minor != minor.to_integral_value() or not 1 <= minor < _MOST_MINOR:
        raise BadInput("cost", Phrase("must be an amount of %(currency)s", currency=tariff.currency))
    return int(minor)
