"""The other side of the ratios: a Central System as the `ocpp` package documents it, which stores nothing."""

import asyncio
import contextlib
import itertools
import sys
from datetime import UTC, datetime
from typing import Any

from ocpp.routing import on
from ocpp.v16 import ChargePoint, call_result
from ocpp.v16.datatypes import IdTagInfo
from ocpp.v16.enums import Action, AuthorizationStatus, RegistrationStatus
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

_transaction_ids = itertools.count(1)


class DocumentedChargePoint(ChargePoint):
    """One handler per action, as in the package's own example."""

    @on(Action.boot_notification)
    def on_boot_notification(self, **_facts: Any) -> call_result.BootNotification:
        return call_result.BootNotification(
            current_time=datetime.now(UTC).isoformat(), interval=300, status=RegistrationStatus.accepted
        )

    @on(Action.heartbeat)
    def on_heartbeat(self) -> call_result.Heartbeat:
        return call_result.Heartbeat(current_time=datetime.now(UTC).isoformat())

    @on(Action.start_transaction)
    def on_start_transaction(self, **_facts: Any) -> call_result.StartTransaction:
        return call_result.StartTransaction(
            transaction_id=next(_transaction_ids), id_tag_info=IdTagInfo(status=AuthorizationStatus.accepted)
        )

    @on(Action.meter_values)
    def on_meter_values(self, **_facts: Any) -> call_result.MeterValues:
        return call_result.MeterValues()

    @on(Action.stop_transaction)
    def on_stop_transaction(self, **_facts: Any) -> call_result.StopTransaction:
        return call_result.StopTransaction()


async def _on_connect(connection: ServerConnection) -> None:
    assert connection.request is not None
    charge_point = DocumentedChargePoint(connection.request.path.rpartition("/")[2], connection)
    # The documented way lets the end of a connection raise; websockets would print it for each charger.
    with contextlib.suppress(ConnectionClosed):
        await charge_point.start()


async def _main(port: int) -> None:
    async with serve(_on_connect, "127.0.0.1", port, subprotocols=[Subprotocol("ocpp1.6")]) as server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_main(int(sys.argv[1])))
