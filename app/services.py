"""The use cases of one process, assembled; the HTTP side and the shell are handed this and nothing else."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from app.accounts import Accounts
from app.campaigns import Campaigns
from app.capabilities import KnownCapabilities
from app.certificates import Certificates
from app.charging_profiles import ChargingProfiles
from app.command_batches import CommandBatches
from app.commands import Commands
from app.config import Settings
from app.diagnostics import Diagnostics
from app.firmware import Firmware
from app.firmware_updates import FirmwareUpdates
from app.fleet import Fleet
from app.local_lists import LocalLists
from app.newcomers import Newcomers
from app.reservations import Reservations
from app.root_certificates import RootCertificateService
from app.sessions import SessionService
from app.smart_charging import SmartCharging
from app.storage.database import Storage
from app.transfers import Transfers


@dataclass(frozen=True, slots=True)
class Services:
    """`loop_lag` tells how many seconds the loop thread is behind."""

    settings: Settings
    storage: Storage
    accounts: Accounts
    commands: Commands
    capabilities: KnownCapabilities
    command_batches: CommandBatches
    fleet: Fleet
    newcomers: Newcomers
    sessions: SessionService
    reservations: Reservations
    firmware: Firmware
    firmware_updates: FirmwareUpdates
    campaigns: Campaigns
    diagnostics: Diagnostics
    certificates: Certificates
    local_lists: LocalLists
    root_certificates: RootCertificateService
    transfers: Transfers
    charging_profiles: ChargingProfiles
    smart_charging: SmartCharging
    now: Callable[[], datetime]
    loop_lag: Callable[[], float]
