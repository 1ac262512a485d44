"""A charge point that insists: on an answer to each call, on OCPP's own schemas, and on being called only as agreed."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

import httpx
import jsonschema_rs

from tests.live import Api, Charger

MessageId = str


@cache
def schema(name: str) -> jsonschema_rs.Validator:
    """Return the validator of a schema as OCPP publishes it, such as `Reset` or `ResetResponse`."""
    text = files("ocpp.v16").joinpath("schemas", f"{name}.json").read_text("utf-8-sig")
    return jsonschema_rs.validator_for(json.loads(text), validate_formats=True)


def conforms(name: str, payload: Any) -> None:
    """Raise AssertionError when a payload breaks its schema."""
    faults = [f"{list(fault.instance_path)}: {fault.message}" for fault in schema(name).iter_errors(payload)]
    assert not faults, f"{name} {payload}: {faults}"


@dataclass
class Station(Charger):
    """A charge point under test conditions; `awaited` are the actions it has agreed to be called with, in order."""

    reopen: Callable[..., "Station"] | None = None
    awaited: list[str] = field(default_factory=list)
    message_ids: set[MessageId] = field(default_factory=set)

    def call(self, action: str, payload: Any, message_id: str | None = None, seconds: float = 10.0) -> Any:
        """Send a CALL and return the payload of its .conf; anything else than a .conf is a failure."""
        conforms(action, payload)
        answer = super().call(action, payload, message_id, seconds)
        assert isinstance(answer, dict), f"{action} was answered by {answer}"
        conforms(f"{action}Response", answer)
        return answer

    def _answer(self, frame: Any) -> tuple[str, dict[str, Any]]:
        self.check(frame)
        action, payload = frame[2:]
        assert self.awaited, f"called with {action} {payload}, which nobody asked for"
        assert action == self.awaited.pop(0)
        return super()._answer(frame)

    def check(self, frame: Any) -> None:
        """Raise AssertionError unless a call keeps its schema and has an id that was not used before.

        By OCPP-J §4.1.4 that is by this sender towards this charge point, on any of its connections.
        """
        _type, message_id, action, payload = frame
        assert 0 < len(message_id) <= 36
        assert message_id not in self.message_ids
        self.message_ids.add(message_id)
        conforms(action, payload)

    def take(self, answers: dict[str, Any]) -> list[dict[str, Any]]:
        """Take these calls, which follow by themselves from what was asked before; return their payloads."""
        self.answers |= answers
        self.awaited += answers
        return [payload for _action, payload in self.serve(len(answers))]

    def reconnect(self, **options: Any) -> "Station":
        """Hang up and connect again; the message ids seen so far stay known."""
        assert self.reopen is not None
        self.close()
        again = self.reopen(**options)
        again.message_ids = self.message_ids
        return again

    def enter_service(self) -> None:
        """Boot, and report two connectors Available."""
        assert self.boot()["status"] == "Accepted"
        self.statuses({0: "Available", 1: "Available", 2: "Available"})

    def statuses(self, connectors: dict[int, str]) -> None:
        """Report connectors, each with its status."""
        for connector_id, status in connectors.items():
            assert self.status(connector_id, status) == {}

    def authorize(self, id_tag: str) -> dict[str, Any]:
        """Return the IdTagInfo that is answered for a tag."""
        return dict(self.call("Authorize", {"idTag": id_tag})["idTagInfo"])

    def finished(self) -> None:
        """Raise AssertionError unless every call that was agreed on has come, and no other."""
        assert self.awaited == []
        assert "currentTime" in self.call("Heartbeat", {})


@dataclass
class Operator:
    """The operator of the Central System, who has the REST API and a charge point to watch."""

    root: Api
    station: Station

    @property
    def path(self) -> str:
        return f"/api/charge_points/{self.station.charge_point_id}"

    def command(self, action: str, payload: dict[str, Any], answer: Any) -> dict[str, Any]:
        """Send a command that the charge point answers so; return what REST says of the answer.

        What comes to the charge point is the payload as it was given, and the answer is told as it came.
        """
        request, said = self.ask(action, answer, lambda: self.root.post(f"{self.path}/commands/{action}", payload))
        assert said.status_code == 200, said.text
        assert request == payload
        told: dict[str, Any] = said.json()
        assert (told["action"], told["status"], told["response"]) == (action, answer.get("status"), answer)
        return told

    def ask(
        self, action: str, answer: Any, request: Callable[[], httpx.Response]
    ) -> tuple[dict[str, Any], httpx.Response]:
        """Send a REST request that makes the server call; return the call's payload, and REST's answer."""
        ((_, payload),), said = self.ask_all([(action, answer)], request)
        return payload, said

    def ask_all(
        self, answers: list[tuple[str, Any]], request: Callable[[], httpx.Response]
    ) -> tuple[list[tuple[str, dict[str, Any]]], httpx.Response]:
        """Send a REST request that makes the server call several times, each answered in its turn."""
        served = []
        with ThreadPoolExecutor(1) as pool:
            said = pool.submit(request)
            for action, answer in answers:
                if isinstance(answer, dict):
                    conforms(f"{action}Response", answer)
                self.station.answers[action] = answer
                self.station.awaited.append(action)
                served += self.station.serve()
            return served, said.result()
