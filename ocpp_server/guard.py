"""The edge where the application's own errors stop: they are logged and never end a connection."""

import asyncio
import logging
from collections.abc import Awaitable

log = logging.getLogger(__name__)


async def guarded(
    told: Awaitable[object], event: str, charge_point_id: str, *, after: "asyncio.Task[bool] | None" = None
) -> bool:
    """Await what the application does about an event, after an earlier one; return whether it succeeded."""
    if after is not None:
        await after
    try:
        await told
    except Exception:  # noqa: BLE001 — the edge itself: whatever the application raises is a line in the log
        log.error(f"{event}_failed", exc_info=True, extra={"fields": {"charge_point_id": charge_point_id}})
        return False
    return True
