"""What follows a boot and a change of configuration without anybody asking: reading, setting and reading back.

Only if the setting AUTO_PROVISION is on; off, no charge point is ever sent anything that nobody asked for.
"""

from collections.abc import Iterable, Iterator

from ocpp.v16 import call

from app.command_payloads import MASK
from app.commands import Commands
from app.config import Settings
from app.domain.configuration import Configuration
from app.storage.database import Storage

# Not a user name: what is asked for by itself is nobody's own command.
OURSELVES = "(auto-provisioning)"
# What may be asked for at once where the charge point has not told (GetConfigurationMaxKeys, OCPP 1.6 §9.1.7).
KEYS_AT_ONCE = 20


class Provisioning:
    """Jobs of follow-ups; each begins with what is stored."""

    def __init__(self, storage: Storage, commands: Commands, settings: Settings) -> None:
        self._storage = storage
        self._commands = commands
        self._on = settings.auto_provision
        self._wanted = settings.provision_configuration

    def after_boot(self, charge_point_id: str) -> None:
        """Read the configuration if it was never read, or by another firmware; what waited for the boot; then set what
        is wanted and not there.

        Raises CommandFailed, at which the rest waits for the next boot.
        """
        charge_point = self._storage.charge_points.get(charge_point_id)
        if not self._on or charge_point is None or not charge_point.in_service:
            return
        known = self._storage.configurations.of(charge_point_id)
        if known.read_at is None or known.firmware_version != charge_point.firmware_version:
            self._read(charge_point_id, known, ())
        elif waited := [each.key for each in known.changes_booted(charge_point.booted_at) if each.value != MASK]:
            self._read(charge_point_id, known, waited)
        for key, value in self._missing(charge_point_id):
            request = call.ChangeConfiguration(key=key, value=value)
            self._commands.send(charge_point_id, request, requested_by=OURSELVES)

    def after_change(self, charge_point_id: str) -> None:
        """Read back what the charge point has accepted, for some cut a value off or keep the old one."""
        if self._on:
            known = self._storage.configurations.of(charge_point_id)
            self._read_back(charge_point_id, known)

    def _read_back(self, charge_point_id: str, known: Configuration) -> None:
        changed = [entry.key for entry in known.entries if entry.source == "set" and entry.value != MASK]
        if changed:
            self._read(charge_point_id, known, changed)

    def _read(self, charge_point_id: str, known: Configuration, keys: Iterable[str]) -> None:
        """Read some keys, or all of them when none is named."""
        at_once = known.integer_of("GetConfigurationMaxKeys", lowest=1) or KEYS_AT_ONCE
        for some in _parts(list(keys), at_once):
            request = ("GetConfiguration", {"key": some} if some else {})
            self._commands.send(charge_point_id, request, requested_by=OURSELVES)

    def _missing(self, charge_point_id: str) -> Iterator[tuple[str, str]]:
        """Yield what is wanted and has another value, unless the charge point cannot be told."""
        known = self._storage.configurations.of(charge_point_id)
        for key, value in self._wanted.items():
            entry = known.entry(key)
            if known.lacks(key) or (entry is not None and (entry.readonly or entry.value == value)):
                continue
            yield key, value


def _parts(keys: list[str], at_once: int) -> list[list[str]]:
    return [keys[start : start + at_once] for start in range(0, len(keys), at_once)] or [[]]
