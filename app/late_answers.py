"""Answers that come after their command was given up: what was asked for did happen all the same."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson
from ocpp.v16.enums import Action

from app.answered import Answered
from app.command_payloads import masked_response
from app.command_table import learn_from
from app.domain.charge_points import clip
from app.follow_ups import FollowUps
from app.storage.database import Storage
from app.transactions.session_events import follow_late_start


def follow_late_answer(
    storage: Storage, follow_ups: FollowUps, charge_point_id: str, action: str, answer: dict[str, Any], at: datetime
) -> None:
    """Write down an answer with the command it must be for, learn from it, let the session know."""
    status = clip(answer.get("status"), 50)
    answer = masked_response(action, answer)
    command = storage.commands.answered_late(charge_point_id, action, status, _text(answer), at)
    if command is None:
        return
    learn_from(storage, follow_ups, Answered(charge_point_id, action, orjson.loads(command.payload), answer, at))
    if action == Action.remote_start_transaction:
        follow_late_start(storage, charge_point_id, command.command_id, status)


def _text(answer: Mapping[str, Any]) -> str:
    return orjson.dumps(answer, default=str).decode()
