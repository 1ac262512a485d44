"""The local authorization list: kept as it is sent, and asked while the Central System cannot be (OCPP 1.6 §3.5.2)."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from ocpp.v16 import call_result
from ocpp.v16.enums import Action, AuthorizationStatus, ConfigurationKey, UpdateStatus, UpdateType

from ocpp_server.simulator.configuration import Configuration

# Versions that are none (OCPP 1.6 §6.24).
EMPTY, NOT_SUPPORTED = 0, -1

Entry = Mapping[str, Any]


class LocalList:
    """Tags are alike in any case; `version` is that of the last list or change that was accepted."""

    def __init__(self, configuration: Configuration, clock: Callable[[], datetime]) -> None:
        self.version = EMPTY
        self._infos: dict[str, Entry] = {}
        self._configuration, self._clock = configuration, clock

    def handlers(self) -> dict[Action, Callable[..., Any]]:
        """Return the rows of the table of calls served."""
        return {
            Action.get_local_list_version: self.get_local_list_version,
            Action.send_local_list: self.send_local_list,
        }

    def __len__(self) -> int:
        return len(self._infos)

    def get_local_list_version(self) -> call_result.GetLocalListVersion:
        return call_result.GetLocalListVersion(self.version if self._enabled else NOT_SUPPORTED)

    def send_local_list(
        self, list_version: int, update_type: str, local_authorization_list: Sequence[Entry] = ()
    ) -> call_result.SendLocalList:
        return call_result.SendLocalList(self._take(list_version, update_type, local_authorization_list))

    def verdict(self, id_tag: str) -> str | None:
        """Return what the list says of a tag at this moment, None when it is not on it or the list is off."""
        info = self._infos.get(id_tag.lower()) if self._enabled else None
        if info is None:
            return None
        expiry = info.get("expiry_date")
        if expiry is not None and _moment(expiry) <= self._clock():
            return AuthorizationStatus.expired
        return str(info["status"])

    def parent(self, id_tag: str) -> str | None:
        """Return the parent that the list tells of a tag."""
        info = self._infos.get(id_tag.lower()) if self._enabled else None
        return info.get("parent_id_tag") if info else None

    @property
    def _enabled(self) -> bool:
        return self._configuration.flag(ConfigurationKey.local_auth_list_enabled)

    def _take(self, version: int, update_type: str, entries: Sequence[Entry]) -> UpdateStatus:
        """Do all of what was sent, or nothing of it (OCPP 1.6 §5.15)."""
        full = update_type == UpdateType.full
        if not self._enabled:
            return UpdateStatus.not_supported
        if not full and version <= self.version:
            return UpdateStatus.version_mismatch
        given = {str(entry["id_tag"]).lower(): entry.get("id_tag_info") for entry in entries}
        known = {} if full else self._infos
        infos = {tag: info for tag, info in {**known, **given}.items() if info is not None}
        if (
            version <= EMPTY
            or len(given) < len(entries)
            or len(entries) > self._configuration.number(ConfigurationKey.send_local_list_max_length)
            or (full and None in given.values())
            or len(infos) > self._configuration.number(ConfigurationKey.local_auth_list_max_length)
        ):
            return UpdateStatus.failed
        self._infos, self.version = infos, version
        return UpdateStatus.accepted


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
