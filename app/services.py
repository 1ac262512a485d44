"""The use cases of one process, assembled; the HTTP side and the shell are handed this and nothing else."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from app.accounts import Accounts
from app.certificates.issuing import Certificates
from app.certificates.roots import RootCertificateService
from app.command_batches import CommandBatches
from app.commands import Commands
from app.config import Settings
from app.configuration.capabilities import KnownCapabilities
from app.door.newcomers import Newcomers
from app.erasure import Erasure
from app.favourites import Favourites
from app.files.diagnostics import Diagnostics
from app.files.transfers import Transfers
from app.firmware.campaigns import Campaigns
from app.firmware.images import Firmware
from app.firmware.updates import FirmwareUpdates
from app.fleet import Fleet
from app.labels import Labels
from app.live.tickets import Tickets
from app.live.waiting import Waiting
from app.local_lists.keeping import LocalLists
from app.metrics import Metrics
from app.overview import Overviews
from app.quarantine import Quarantines
from app.reservations.booking import Reservations
from app.scans import Scans
from app.sessions import SessionService
from app.smart_charging.profiles import ChargingProfiles
from app.smart_charging.sending import SmartCharging
from app.start_charging import StartCharging
from app.stop_rules import StopRules
from app.storage.database import Storage
from app.tags.importing import TagImport
from app.tags.keeping import IdTags
from app.tags.unknown import UnknownTags
from app.tariffs import Tariffs
from app.vehicles import Vehicles


@dataclass(frozen=True, slots=True)
class Services:
    """`loop_lag` tells how many seconds the loop thread is behind."""

    settings: Settings
    storage: Storage
    accounts: Accounts
    erasure: Erasure
    vehicles: Vehicles
    favourites: Favourites
    id_tags: IdTags
    unknown_tags: UnknownTags
    tag_import: TagImport
    commands: Commands
    capabilities: KnownCapabilities
    command_batches: CommandBatches
    fleet: Fleet
    newcomers: Newcomers
    starts: StartCharging
    labels: Labels
    scans: Scans
    sessions: SessionService
    stop_rules: StopRules
    tickets: Tickets
    waiting: Waiting
    reservations: Reservations
    quarantines: Quarantines
    tariffs: Tariffs
    overviews: Overviews
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
    metrics: Metrics
    now: Callable[[], datetime]
    loop_lag: Callable[[], float]
