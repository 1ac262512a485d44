"""A charge point with a local authorization list, driven frame by frame: it keeps what it accepts, and can be moody."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from tests.app.charging import events_of
from tests.app.stories import meanwhile
from tests.live import Api, Charger

T = TypeVar("T")


@dataclass
class ListStation:
    """`version` and `entries` are what it holds. `moods` are answers it gives before it is itself again, by action: a
    status, a CALLERROR as a list, or None for silence; `ever` is one that it keeps."""

    charger: Charger
    version: int = 0
    entries: dict[str, dict[str, Any]] = field(default_factory=dict)
    limits: dict[str, str] = field(default_factory=dict)
    moods: dict[str, list[Any]] = field(default_factory=dict)
    ever: dict[str, Any] = field(default_factory=dict)
    sent: list[dict[str, Any]] = field(default_factory=list)

    @property
    def id(self) -> str:
        return self.charger.charge_point_id

    def serve_until(self, done: Callable[[], T | None], seconds: float = 10.0) -> T:
        """Answer whatever comes until `done` has a true result; return that."""
        for _ in range(int(seconds / 0.05)):
            if result := done():
                return result
            self.serve_what_came()
        raise AssertionError(f"waited {seconds} s in vain; was sent {self.sent}")

    def serve_what_came(self) -> None:
        try:
            while True:
                self.answer(self.charger.receive(0.05))
        except TimeoutError:
            pass

    def answer(self, frame: Any) -> None:
        kind, message_id, action, payload = frame
        assert kind == 2, frame
        if action == "SendLocalList":
            self.sent.append(payload)
        answer = self._says(action, payload)
        if isinstance(answer, list):
            self.charger.send([4, message_id, *answer])
        elif answer is not None:
            self.charger.send([3, message_id, answer])

    def _says(self, action: str, payload: dict[str, Any]) -> Any:
        moods = self.moods.get(action)
        if moods or action in self.ever:
            mood = moods.pop(0) if moods else self.ever[action]
            return {"status": mood} if isinstance(mood, str) else mood
        if action == "GetConfiguration":
            known = [{"key": k, "readonly": True, "value": v} for k, v in self.limits.items()]
            unknown = [k for k in payload["key"] if k not in self.limits]
            return {"configurationKey": known, "unknownKey": unknown}
        if action == "GetLocalListVersion":
            return {"listVersion": self.version}
        return {"status": self._take(payload)}

    def _take(self, payload: dict[str, Any]) -> str:
        """Do as OCPP 1.6 §5.15 says."""
        version, entries = payload["listVersion"], payload["localAuthorizationList"]
        if payload["updateType"] == "Full":
            self.entries = {}
        elif version <= self.version:
            return "VersionMismatch"
        for entry in entries:
            if "idTagInfo" in entry:
                self.entries[entry["idTag"]] = entry["idTagInfo"]
            else:
                self.entries.pop(entry["idTag"], None)
        self.version = version
        return "Accepted"

    def told(self) -> list[tuple[str, int, list[str]]]:
        """Return what was sent since the last time: type, version and tags; one that goes has a minus before it."""
        sent, self.sent = self.sent, []
        return [
            (
                each["updateType"],
                each["listVersion"],
                ["-" * ("idTagInfo" not in e) + e["idTag"] for e in each["localAuthorizationList"]],
            )
            for each in sent
        ]

    def want(self, root: Api, *id_tags: str, **more: Any) -> dict[str, Any]:
        """Say what belongs in its list."""
        answer = root.http.put(f"/api/local_lists/{self.id}", json={"idTags": id_tags, **more})
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def sync(self, root: Api, **order: Any) -> Any:
        """Bring the list up to date while the station answers; return the HTTP response."""
        asked = meanwhile(lambda: root.post(f"/api/local_lists/{self.id}/sync", order))
        self.serve_until(asked.done, 20)
        return asked()

    def synced(self, root: Api, **order: Any) -> dict[str, Any]:
        answer = self.sync(root, **order)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def shown(self, root: Api) -> dict[str, Any]:
        return dict(root.get(f"/api/local_lists/{self.id}").json())

    def in_state(self, root: Api, state: str) -> dict[str, Any]:
        """Answer until the list is in a state; return what is shown."""
        return self.serve_until(lambda: shown if (shown := self.shown(root))["state"] == state else None)

    def noted(self, root: Api) -> list[str]:
        return [event["kind"] for event in events_of(root, self.charger)]
