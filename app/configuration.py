"""The configuration of charge points: kept from the answers to GetConfiguration and ChangeConfiguration."""

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
    storage.configurations.learn(told.charge_point_id, lambda known: with_change(known, key, value, status, told.at))
