"""The database: one client, every collection, indexes made at start."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pymongo
from pymongo import MongoClient
from pymongo.errors import PyMongoError, ServerSelectionTimeoutError
from pymongo.write_concern import WriteConcern

from app.errors import DatabaseUnusable
from app.storage.audit import AuditLog
from app.storage.campaigns import Campaigns, CampaignTargets
from app.storage.capabilities import CapabilityRecords
from app.storage.certificates import ChargePointCertificates
from app.storage.charge_points import ChargePoints
from app.storage.charging_profiles import ChargingProfiles, ProfileInstallations
from app.storage.collection import Collection
from app.storage.command_batches import CommandBatchRecords
from app.storage.commands import CommandRecords
from app.storage.configurations import Configurations
from app.storage.counters import Counters
from app.storage.diagnostics import DiagnosticsRequests
from app.storage.favourites import Favourites
from app.storage.files import Files
from app.storage.firmware import FirmwareImages, FirmwareUpdates
from app.storage.frames import Frames
from app.storage.id_tags import IdTags
from app.storage.labels import LabelVersions
from app.storage.local_list_rules import LocalListRules
from app.storage.local_lists import ListContents, LocalLists
from app.storage.meter_values import MeterValues
from app.storage.newcomers import Newcomers
from app.storage.records import Events, Quarantine
from app.storage.refusals import Refusals
from app.storage.reservations import Reservations
from app.storage.root_certificates import RootCertificates
from app.storage.sessions import Sessions
from app.storage.tariffs import Tariffs
from app.storage.unknown_tags import UnknownTags
from app.storage.users import Logins, ReservedNames, Users
from app.storage.vehicles import Vehicles
from app.storage.watched import Changes

DEFAULT_NAME = "chargebridge"
OLDEST_SERVER = (6, 0)
# A new index over the meter values of years takes its time.
INDEX_SECONDS = 3600
# What the URI does not say. People and charge points wait: a database that hangs is told as one within seconds.
DEFAULTS: dict[str, Any] = {
    "appname": "chargebridge",
    "serverSelectionTimeoutMS": 5000,
    "connectTimeoutMS": 5000,
    "socketTimeoutMS": 5000,
    "maxPoolSize": 64,
    "waitQueueTimeoutMS": 5000,
}


class Storage:
    """Every collection of one database. Nothing is acknowledged that is not on the majority's disks."""

    def __init__(self, uri: str) -> None:
        given = {name.casefold() for name, _value in parse_qsl(urlsplit(uri).query)}
        defaults = {name: value for name, value in DEFAULTS.items() if name.casefold() not in given}
        self.client: MongoClient[dict[str, Any]] = MongoClient(uri, tz_aware=True, **defaults)
        database = self.client.get_default_database(DEFAULT_NAME).with_options(
            write_concern=WriteConcern("majority", j=True, wtimeout=4000)
        )
        self.audit = AuditLog(database)
        self.users = Users(database)
        self.logins = Logins(database)
        self.reserved_names = ReservedNames(database)
        self.id_tags = IdTags(database)
        self.unknown_tags = UnknownTags(database)
        self.vehicles = Vehicles(database)
        self.favourites = Favourites(database)
        self.charge_points = ChargePoints(database)
        self.tariffs = Tariffs(database)
        self.labels = LabelVersions(database)
        self.sessions = Sessions(database)
        self.meter_values = MeterValues(database)
        self.commands = CommandRecords(database)
        self.command_batches = CommandBatchRecords(database)
        self.capabilities = CapabilityRecords(database)
        self.configurations = Configurations(database)
        self.events = Events(database)
        self.refusals = Refusals(database)
        self.newcomers = Newcomers(database)
        self.quarantine = Quarantine(database)
        self.frames = Frames(database)
        self.counters = Counters(database)
        self.files = Files(database)
        self.firmware = FirmwareImages(database)
        self.firmware_updates = FirmwareUpdates(database)
        self.reservations = Reservations(database)
        self.campaigns = Campaigns(database)
        self.campaign_targets = CampaignTargets(database)
        self.diagnostics = DiagnosticsRequests(database)
        self.charging_profiles = ChargingProfiles(database)
        self.profile_installations = ProfileInstallations(database)
        self.certificates = ChargePointCertificates(database)
        self.local_lists = LocalLists(database)
        self.local_list_contents = ListContents(database)
        self.local_list_rules = LocalListRules(database)
        self.root_certificates = RootCertificates(database)
        self.changes = self.sessions.changes = self.charge_points.changes = Changes()

    def prepare(self) -> None:
        """Check the server and make the indexes; raises DatabaseUnusable in words an operator can act on."""
        try:
            version = tuple(self.client.server_info()["versionArray"][:2])
            if version < OLDEST_SERVER:
                raise DatabaseUnusable(f"MongoDB {'.'.join(map(str, version))} is too old; 6.0 or newer is needed")
            with pymongo.timeout(INDEX_SECONDS):
                for collection in self._collections():
                    collection.ensure_indexes()
        except ServerSelectionTimeoutError as error:
            raise DatabaseUnusable(f"MongoDB does not answer: {str(error).split(',')[0]}") from error
        except PyMongoError as error:
            raise DatabaseUnusable(f"MongoDB refuses: {error}") from error

    def _collections(self) -> list[Collection[Any]]:
        return [value for value in vars(self).values() if isinstance(value, Collection)]

    def ping(self, seconds: float = 1.5) -> None:
        """Ask the primary for a sign of life within `seconds`; raises PyMongoError when there is none."""
        with pymongo.timeout(seconds):
            self.client.admin.command("ping")

    def close(self) -> None:
        self.client.close()
