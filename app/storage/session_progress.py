"""What MeterValues say of a running transaction, and how its session grows by it."""

from dataclasses import dataclass
from datetime import timedelta

from pymongo import UpdateOne

from app.domain.meter_values import Reading
from app.domain.power import LONGEST_GAP, Span, joined, sample
from app.domain.sessions import RUNNING
from app.storage.collection import Document

# What a session has of a reading: its field, and the reading's.
_LIVE_FIELDS = (("last_register_wh", "energy_wh"), ("power_w", "power_w"), ("soc", "soc"))


@dataclass(frozen=True, slots=True)
class Progress:
    """What MeterValues said of a transaction while it runs: the newest of each reading, and the first register.

    `power` is what several samples of the power add up to, where they came without a register.
    """

    charge_point_id: str
    transaction_id: int
    reading: Reading
    first_register_wh: float | None = None
    power: Span | None = None


def combined(earlier: Progress, later: Progress) -> Progress:
    """Return two of one transaction as one, as if the first had been written and then the second."""
    old, new = earlier.reading, later.reading
    if new.at < old.at:
        return earlier
    if (
        (new.energy_wh is None and old.energy_wh is not None)
        or (new.power_w is None and old.power_w is not None)
        or (new.soc is None and old.soc is not None)
    ):
        new = Reading(
            at=new.at,
            energy_wh=old.energy_wh if new.energy_wh is None else new.energy_wh,
            power_w=old.power_w if new.power_w is None else new.power_w,
            soc=old.soc if new.soc is None else new.soc,
        )
    power = _power_of_both(earlier, later) if new.energy_wh is None else None
    return Progress(later.charge_point_id, later.transaction_id, new, _first_register(earlier), power)


def update_of(one: Progress) -> UpdateOne:
    """Return the update that brings a session up to date; a reading older than its last one changes nothing."""
    where: Document = {
        "transaction_id": one.transaction_id,
        "charge_point_id": {"$eq": one.charge_point_id},
        "state": {"$in": list(RUNNING)},
        "$or": [{"metered_at": {"$exists": False}}, {"metered_at": {"$lte": one.reading.at}}],
    }
    values: Document = {"metered_at": one.reading.at}
    for name, source in _LIVE_FIELDS:
        if (value := getattr(one.reading, source)) is not None:
            values[name] = value
    if (first := _first_register(one)) is not None:
        values["first_register_wh"] = {"$ifNull": ["$first_register_wh", first]}
    if (power := _power(one)) is not None:
        values |= _integrated(power)
    values["version"] = {"$add": ["$version", 1]}
    return UpdateOne(where, [{"$set": values}])


def _first_register(one: Progress) -> float | None:
    return one.reading.energy_wh if one.first_register_wh is None else one.first_register_wh


def _power(one: Progress) -> Span | None:
    reading = one.reading
    if one.power is not None or reading.power_w is None or reading.energy_wh is not None:
        return one.power
    return sample(reading.at, reading.power_w)


def _power_of_both(earlier: Progress, later: Progress) -> Span | None:
    first, second = _power(earlier), _power(later)
    return joined(first, second) if first and second else first or second


def _integrated(power: Span) -> Document:
    """Return how a session's energy grows by samples of the power, unless it has a register to go by."""
    gap = {"$subtract": [power.begin_at, "$power_at"]}
    is_short = {"$and": [{"$gte": [gap, 0]}, {"$lte": [gap, LONGEST_GAP // timedelta(milliseconds=1)]}]}
    mean = {"$divide": [{"$add": [{"$max": ["$power_w", 0]}, power.begin_w]}, 2]}
    between = {"$multiply": [mean, {"$divide": [gap, timedelta(hours=1) // timedelta(milliseconds=1)]}]}
    grown = {"$add": [{"$ifNull": ["$power_wh", 0]}, {"$cond": [is_short, between, 0]}, power.wh]}
    has_register = {"$gt": ["$last_register_wh", None]}
    return {
        "power_wh": {"$cond": [has_register, "$$REMOVE", grown]},
        "power_at": {"$cond": [has_register, "$$REMOVE", power.end_at]},
    }
