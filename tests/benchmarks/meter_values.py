"""MeterValues per second: every value durable in MongoDB, against the `ocpp` package storing nothing."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.benchmarks.charger import Charger
from tests.benchmarks.figures import Figure, median_of, percentile
from tests.benchmarks.fleet import Identity, add_charge_points, add_shared_tag, bring_up, take_down
from tests.benchmarks.load import Rate, one_outstanding_each, run
from tests.benchmarks.processes import cpu_seconds, documented_central_system, product, worker_of
from tests.live import Api

CHARGERS = 100
ROUNDS = 3
WARM_UP, SECONDS = 1.0, 5.0
TIMES_FASTER = 4.0

_FRAME = (
    b'[2,"%s","MeterValues",{"connectorId":1,"transactionId":%d,"meterValue":[{"timestamp":"%s","sampledValue":['
    b'{"value":"%d","context":"Sample.Periodic","measurand":"Energy.Active.Import.Register","location":"Outlet","unit":"Wh"},'
    b'{"value":"%d.%02d","context":"Sample.Periodic","measurand":"Power.Active.Import","location":"Outlet","unit":"W"},'
    b'{"value":"16.%02d","context":"Sample.Periodic","measurand":"Current.Import","location":"Outlet","unit":"A"},'
    b'{"value":"23%d.%d","context":"Sample.Periodic","measurand":"Voltage","location":"Outlet","unit":"V"}]}]}]'
)


def measure(folder: Path, say: Callable[[str], None]) -> list[Figure]:
    """Alternate rounds of both servers and return the ratio; raises AssertionError if a value was lost."""
    ours: list[_Round] = []
    theirs: list[_Round] = []
    with product(folder) as server, documented_central_system() as (port, process):
        root = server.root()
        identities = add_charge_points(server, root, CHARGERS, "MV")
        id_tag = add_shared_tag(root)
        worker = worker_of(server)
        for number in range(1, ROUNDS + 1):
            ours.append(_round(server.ocpp_port, identities, id_tag, worker))
            theirs.append(_round(port, identities, id_tag, process))
            say(f"round {number}: {ours[-1].rate.per_second:,.0f} / {theirs[-1].rate.per_second:,.0f} messages/s")
        say("counting what is in the database")
        stored = sum(_require_all_stored(root, one) for one in ours)
        root.close()
    per_second = median_of([one.rate.per_second for one in ours])
    return [
        Figure(
            "MeterValues/s: product, durable, against bare ocpp, median of rounds",
            median_of([a.rate.per_second / b.rate.per_second for a, b in zip(ours, theirs, strict=True)]),
            "×",
            at_least=TIMES_FASTER,
        ),
        Figure("  product", per_second, "messages/s"),
        Figure("  product, p99", median_of([percentile(one.rate.latencies, 99) * 1000 for one in ours]), "ms"),
        Figure("  product's worker, processor time", median_of([one.cpu_per_message for one in ours]), "µs/message"),
        Figure("  bare ocpp", median_of([one.rate.per_second for one in theirs]), "messages/s"),
        Figure("  bare ocpp, processor time", median_of([one.cpu_per_message for one in theirs]), "µs/message"),
        Figure("  values acknowledged, all found in the database", stored, "values"),
    ]


class _Round:
    """One server's turn: its rate, and the transaction of each charger."""

    def __init__(self, rate: Rate, transactions: dict[str, int], cpu_per_message: float) -> None:
        self.rate = rate
        self.transactions = transactions
        self.cpu_per_message = cpu_per_message


def _round(port: int, identities: list[Identity], id_tag: str, process: int) -> _Round:
    return run(_play(port, identities, id_tag, process))


async def _play(port: int, identities: list[Identity], id_tag: str, process: int) -> _Round:
    chargers = await bring_up(port, identities)
    transactions = {charger.id: await _start(charger, id_tag) for charger in chargers}

    def next_frame(charger: Charger, number: int) -> tuple[str, bytes]:
        return _frame(charger.id, transactions[charger.id], number)

    before = cpu_seconds(process)
    rate = await one_outstanding_each(chargers, next_frame, WARM_UP, SECONDS)
    spent = (cpu_seconds(process) - before) / sum(rate.acknowledged.values())
    for charger in chargers:
        stop = {"transactionId": transactions[charger.id], "meterStop": 1_000_000, "timestamp": _now()}
        await charger.call("StopTransaction", stop)
    await take_down(chargers)
    return _Round(rate, transactions, spent * 1e6)


async def _start(charger: Charger, id_tag: str) -> int:
    start = {"connectorId": 1, "idTag": id_tag, "meterStart": 0, "timestamp": _now()}
    answer: dict[str, Any] = await charger.call("StartTransaction", start)
    return int(answer["transactionId"])


def _frame(charge_point_id: str, transaction_id: int, number: int) -> tuple[str, bytes]:
    """Return a message of four samples, unlike every other one of this charger."""
    message_id = f"{charge_point_id}-4c9c4e7e-f8d8-43d1-{number:08d}"
    volts = divmod(number % 100, 10)
    values = (number * 3, 3600 + number % 97, number % 100, number % 89, *volts)
    return message_id, _FRAME % (message_id.encode(), transaction_id, _now().encode(), *values)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _require_all_stored(root: Api, one: _Round) -> int:
    """Return how many values of a round are in the database. Raises: AssertionError unless it is every one."""
    stored = 0
    for charge_point_id, transaction_id in one.transactions.items():
        (session,) = root.get("/api/sessions", transaction_id=transaction_id).json()["items"]
        found = _count(root, f"/api/sessions/{session['session_id']}/meter_values")
        acknowledged = one.rate.acknowledged[charge_point_id]
        assert found == acknowledged, f"{charge_point_id}: {acknowledged} acknowledged, {found} stored"
        stored += found
    return stored


def _count(root: Api, path: str) -> int:
    """Return how long a list is, to its last page."""
    count, query = 0, {"limit": 10_000}
    while True:
        page = root.http.get(path, params=query).json()
        count += len(page["items"])
        if page["next"] is None:
            return count
        query["cursor"] = page["next"]
