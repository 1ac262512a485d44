"""What a session costs at a moment, by the tariff that was frozen into it.

All of it is arithmetic of whole numbers: each line is counted in whole watt-hours or seconds and rounded once, to the
nearest minor unit, a half up; VAT is rounded once, of the sum of the lines.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.pauses import idle_time
from app.domain.sessions import ENDED, Session, energy
from app.domain.tariffs import Tariff


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to pay for: so many `unit`s (Wh, s, session), at `price` per kWh, minute or session."""

    kind: str
    quantity: int
    unit: str
    price: int
    amount: int


@dataclass(frozen=True, slots=True)
class Cost:
    """Minor units of the tariff's currency; `total` is what is to be paid, net and VAT.

    `provisional`: it may still change, for the session runs, or the charge point has not told its end. `estimated`:
    the energy is paid for, and not read off the meter at both ends.
    """

    tariff: Tariff
    lines: tuple[Line, ...]
    net: int
    vat: int
    total: int
    provisional: bool
    estimated: bool


def cost(session: Session, now: datetime) -> Cost | None:
    """Return what a session costs, so far if it runs; None without a tariff.

    What has not begun costs nothing, nor does a transaction whose tag was refused. It never falls while time passes
    and energy flows.
    """
    tariff = session.tariff
    if tariff is None:
        return None
    lines = _lines(session, tariff, now)
    subtotal, rate = sum(line.amount for line in lines), tariff.vat_basis_points
    if tariff.vat_included:
        vat = rounded(subtotal * rate, 10_000 + rate)
        net = subtotal - vat
    else:
        vat = rounded(subtotal * rate, 10_000)
        net = subtotal
    running = session.state not in ENDED
    trusted = ("meter", "samples") if running else ("meter",)
    return Cost(
        tariff=tariff,
        lines=lines,
        net=net,
        vat=vat,
        total=net + vat,
        provisional=running or session.provisional_end,
        estimated=any(line.kind == "energy" for line in lines) and energy(session).source not in trusted,
    )


def _lines(session: Session, tariff: Tariff, now: datetime) -> tuple[Line, ...]:
    begin = session.started_at
    if begin is None or session.authorization not in (None, "Accepted"):
        return ()
    end = max(begin, session.stopped_at or now)
    idle = _paid_idle(session, begin, end, tariff)
    wh = energy(session).wh
    lines = (
        Line("energy", wh, "Wh", tariff.price_per_kwh, rounded(wh * tariff.price_per_kwh, 1000)),
        _minutes("time", end - begin - idle, tariff.price_per_minute),
        _minutes("idle", idle, tariff.idle_fee_per_minute),
        Line("session", 1, "session", tariff.session_fee, tariff.session_fee),
    )
    return tuple(line for line in lines if line.price)


def _paid_idle(session: Session, begin: datetime, end: datetime, tariff: Tariff) -> timedelta:
    """Return what is paid as idle time: that beyond the grace time, if it costs anything."""
    if not tariff.idle_fee_per_minute:
        return timedelta()
    grace = timedelta(minutes=tariff.idle_grace_minutes)
    return max(timedelta(), idle_time(session.pauses, begin, end) - grace)


def _minutes(kind: str, time: timedelta, price: int) -> Line:
    seconds = time // timedelta(seconds=1)
    return Line(kind, seconds, "s", price, rounded(seconds * price, 60))


def rounded(numerator: int, denominator: int) -> int:
    """Return a quotient of numbers that are not negative as the nearest whole number, a half up."""
    return (2 * numerator + denominator) // (2 * denominator)
