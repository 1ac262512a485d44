"""What charging costs, in words for who is to pay it."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from app.domain.currencies import written


def price_words(price: Mapping[str, Any]) -> str:
    """Return a tariff, as the API shows it, in one line."""

    def money(name: str) -> str:
        return written(price[name], price["currency"])

    prices = []
    if price["price_per_kwh"]:
        prices.append(_("%(money)s per kWh", money=money("price_per_kwh")))
    if price["price_per_minute"]:
        prices.append(_("%(money)s per minute", money=money("price_per_minute")))
    if price["session_fee"]:
        prices.append(_("%(money)s once per session", money=money("session_fee")))
    if price["idle_fee_per_minute"]:
        idle = {"money": money("idle_fee_per_minute"), "grace": price["idle_grace_minutes"]}
        prices.append(_("%(money)s per minute that nothing is drawn, after %(grace)d min of it", **idle))
    if not prices:
        return _("Free of charge")
    if price["vat_percent"]:
        percent = f"{price['vat_percent']:g}"
        included = price["vat_included"]
        prices.append(
            _("VAT %(percent)s %% included", percent=percent)
            if included
            else _("plus VAT %(percent)s %%", percent=percent)
        )
    return ", ".join(prices)
