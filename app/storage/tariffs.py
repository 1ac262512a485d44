"""Tariffs, of which one at most is the default."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from app.domain.tariffs import Tariff
from app.errors import AlreadyExists
from app.storage.audit import Audited
from app.storage.collection import Document, Order

_KNOWN = frozenset(f.name for f in fields(Tariff))


def read_tariff(document: Mapping[str, Any]) -> Tariff:
    """Read a tariff within another document; fields that this version does not know are left out."""
    return Tariff(**{name: value for name, value in document.items() if name in _KNOWN})


class Tariffs(Audited[Tariff]):
    called = "tariff"
    name = "tariffs"
    key = "tariff_id"
    kind = Tariff
    order = Order("created_at", -1)
    indexes = (
        IndexModel(
            [("default", ASCENDING)], name="one_default", unique=True, partialFilterExpression={"default": True}
        ),
        order.index(),
    )

    def change(self, where: Document, changes: Mapping[str, Any]) -> Tariff | None:
        """Change a tariff; raises AlreadyExists when it was to be the default, and another one is."""
        try:
            return super().change(where, changes)
        except DuplicateKeyError as error:
            raise AlreadyExists(("default",)) from error

    def default(self) -> Tariff | None:
        return self.first({"default": True})

    def for_charge_point(self, tariff_id: str | None) -> Tariff | None:
        """Return the tariff of a charge point: its own, else the default one."""
        own = self.get(tariff_id) if tariff_id is not None else None
        return own or self.default()

    def retire_default(self) -> None:
        """Let no tariff be the default any more."""
        self.change({"default": True}, {"default": False})
