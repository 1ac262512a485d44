"""One command for many charge points: chosen in their table, followed charge point by charge point, cancelled."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import Field

from app.api.context import current_user, services
from app.api.models import Body, Key
from app.api.policy import requires
from app.api.sent import sent_batch
from app.command_batches import BatchOrder
from app.domain.command_batches import BatchState, tally
from app.domain.roles import Role
from app.errors import BadInput
from app.web.fleet import SHOWN, charge_points
from app.web.forms import shown_on
from app.web.navigation import OPERATOR
from app.web.presets import PRESETS

bp = Blueprint("bulk", __name__, url_prefix=f"{OPERATOR}/batches")

AT_ONCE = 10


class BulkOrder(Body):
    command: Key
    charge_point_ids: list[Key] = Field(min_length=1, max_length=SHOWN)


@bp.post("")
@requires(Role.STAFF)
@shown_on(charge_points)
def begin() -> ResponseReturnValue:
    chosen = request.form.getlist("charge_point_ids")
    order = BulkOrder(command=request.form.get("command", ""), charge_point_ids=chosen)
    preset = PRESETS.get(order.command)
    if preset is None:
        raise BadInput("command", "choose one of the list")
    user = current_user()
    batch = services.command_batches.begin(
        user.role,
        BatchOrder(order.charge_point_ids, preset.action, dict(preset.payload), AT_ONCE, force=False),
        user.username,
    )
    return redirect(url_for("web.bulk.batch_page", batch_id=batch.batch_id), 303)


@bp.get("/<batch_id>")
@requires(Role.STAFF)
def batch_page(batch_id: str) -> str:
    return render_template("pages/batch.html", **_batch(batch_id))


@bp.get("/<batch_id>/now")
@requires(Role.STAFF)
def batch_now(batch_id: str) -> str:
    """The batch alone, as it is now."""
    return render_template("parts/batch.html", **_batch(batch_id))


@bp.post("/<batch_id>/cancel")
@requires(Role.STAFF)
@shown_on(batch_page)
def cancel(batch_id: str) -> ResponseReturnValue:
    user = current_user()
    sent_batch(batch_id)
    services.command_batches.cancel(user.role, batch_id, user.username)
    return redirect(url_for("web.bulk.batch_page", batch_id=batch_id), 303)


def _batch(batch_id: str) -> dict[str, Any]:
    batch = sent_batch(batch_id)
    steps = sorted(services.storage.commands.of_batch(batch_id), key=lambda step: step.charge_point_id)
    counts = tally(steps)
    return {
        "batch": batch,
        "steps": steps,
        "is_running": batch.state is BatchState.RUNNING,
        "is_over": batch.finished_at is not None,
        "done": len(steps) - counts.get("waiting", 0) - counts.get("under_way", 0),
    }
