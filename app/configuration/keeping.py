"""The configuration of charge points: kept from the answers to GetConfiguration and ChangeConfiguration."""

from dataclasses import replace

from ocpp.v16.enums import ConfigurationStatus

from app.answered import Answered
from app.domain.charge_points import clip
from app.domain.configuration import with_answer, with_change
from app.storage.database import Storage


def learn_configuration(storage: Storage, told: Answered) -> None:
    """Keep what a GetConfiguration was answered with."""
    charge_point = storage.charge_points.get(told.charge_point_id)
    if charge_point is None:
        return
    storage.configurations.learn(
        told.charge_point_id, lambda known: with_answer(known, charge_point, told.request, told.response, told.at)
    )


def learn_change(storage: Storage, told: Answered) -> None:
    """Keep what became of a ChangeConfiguration."""
    key, value = str(told.request["key"]), str(told.request["value"])
    status = clip(told.response.get("status"), 50)
    if status == ConfigurationStatus.accepted:
        # Many a key switches something on, and what was refused before may not be refused now.
        storage.capabilities.delete(told.charge_point_id)
    storage.configurations.learn(told.charge_point_id, lambda known: with_change(known, key, value, status, told.at))


def firmware_installed(storage: Storage, charge_point_id: str) -> None:
    """Forget what was learnt of the firmware before, for not every charge point tells its version at boot; the
    configuration is to be read again after the next boot."""
    storage.capabilities.delete(charge_point_id)
    storage.configurations.learn(charge_point_id, lambda known: replace(known, read_at=None))
