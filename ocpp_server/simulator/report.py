"""The lines a person reads: one for each thing that happens at a charge point."""

import json
import sys
from datetime import UTC, datetime
from typing import Protocol, TextIO


class Report(Protocol):
    """Tell a person what happened, at one connector or at the charge point as a whole."""

    def __call__(self, text: str, connector_id: int | None = None, *, important: bool = False) -> None: ...


def silent(text: str, connector_id: int | None = None, *, important: bool = False) -> None:
    """Tell nobody."""


class Lines:
    """Writes one line per event, as text in local time or as JSON in UTC; `quiet`: only what is important."""

    def __init__(
        self, charge_point_id: str, *, json_lines: bool = False, quiet: bool = False, stream: TextIO | None = None
    ) -> None:
        self._charge_point_id = charge_point_id
        self._json_lines = json_lines
        self._quiet = quiet
        self._stream = stream

    def __call__(self, text: str, connector_id: int | None = None, *, important: bool = False) -> None:
        if self._quiet and not important:
            return
        now = datetime.now(UTC)
        if self._json_lines:
            event = {
                "time": now.isoformat(timespec="milliseconds"),
                "charge_point_id": self._charge_point_id,
                "connector_id": connector_id,
                "message": text,
            }
            line = json.dumps(event, ensure_ascii=False)
        else:
            where = self._charge_point_id if connector_id is None else f"{self._charge_point_id}/{connector_id}"
            line = f"{now.astimezone():%H:%M:%S} {where} {text}"
        print(line, file=self._stream or sys.stdout, flush=True)
