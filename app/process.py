"""One process, assembled: storage, the loop thread with every charge point's socket, and Flask. It names every part."""

from concurrent.futures import ThreadPoolExecutor

from flask import Flask

from app import create_app
from app.accounts import Accounts
from app.api.live_views import LiveViews
from app.central_system import CentralSystem, utc_now
from app.certificates.authority import CertificateAuthority
from app.certificates.issuing import Certificates
from app.certificates.roots import RootCertificateService
from app.command_batches import CommandBatches
from app.commands import Commands
from app.config import Settings
from app.configuration.capabilities import KnownCapabilities
from app.configuration.provisioning import Provisioning
from app.door.newcomers import Newcomers
from app.door.tls import server_context
from app.erasure import Erasure
from app.favourites import Favourites
from app.files.diagnostics import Diagnostics
from app.files.transfers import Transfers
from app.firmware.campaign_clock import CampaignClock
from app.firmware.campaign_orders import CampaignOrders
from app.firmware.campaigns import Campaigns
from app.firmware.images import Firmware
from app.firmware.roots import firmware_roots
from app.firmware.updates import FirmwareUpdates
from app.fleet import Fleet
from app.follow_ups import FollowUps, Occasion
from app.labels import Labels
from app.live.audience import RECHECK_SECONDS, Audience, Inspection
from app.live.feed import Feed
from app.live.tickets import Tickets
from app.live.waiting import Waiting
from app.local_lists.keeping import LocalLists
from app.local_lists.sync import LocalListSync
from app.metrics import Metrics
from app.overview import Overviews
from app.quarantine import Quarantines
from app.reservations.booking import Reservations
from app.scans import Scans
from app.services import Services
from app.sessions import SessionService
from app.smart_charging.profiles import ChargingProfiles
from app.smart_charging.sending import SmartCharging
from app.start_charging import StartCharging
from app.start_rules import StartRules
from app.stop_rules import StopRules
from app.storage.database import Storage
from app.tags.importing import TagImport
from app.tags.keeping import IdTags
from app.tags.unknown import UnknownTags
from app.tariffs import Tariffs
from app.vehicles import Vehicles
from ocpp_server.bridge import Bridge
from ocpp_server.settings import ServerSettings

DRAIN_SECONDS = 3.0
CAMPAIGN_SECONDS = 0.5
STOP_RULES_SECONDS = 1.0


class Process:
    """Made after the fork, for neither threads nor database connections survive one."""

    def __init__(self, settings: Settings) -> None:
        assert settings.mongodb_uri is not None
        assert settings.jwt_secret_key is not None
        self._storage = Storage(settings.mongodb_uri)
        self._follow_ups = FollowUps()
        self._beside = ThreadPoolExecutor(settings.web_threads, thread_name_prefix="beside")
        authority = CertificateAuthority(settings, utc_now)
        self._central_system = CentralSystem(self._storage, settings, self._follow_ups, authority)
        accounts = Accounts(self._storage, utc_now, settings.password_cost)
        tickets = Tickets()
        self._feed = Feed(self._storage)
        audience = Audience(accounts, tickets, self._feed, self._beside)
        self.bridge = Bridge(self._central_system, server_settings(settings), audience)
        capabilities = KnownCapabilities(self._storage, utc_now)
        commands = Commands(self._storage, self.bridge, settings, self._follow_ups, capabilities, self._beside, utc_now)
        lists = LocalListSync(self._storage, commands, settings.call_timeout / 2, utc_now)
        provisioning = Provisioning(self._storage, commands, settings)
        certificates = Certificates(self._storage, commands, authority, settings, utc_now)
        charging_profiles = ChargingProfiles(self._storage, utc_now)
        smart_charging = SmartCharging(self._storage, commands, capabilities, charging_profiles, utc_now)
        firmware = Firmware(self._storage, settings, utc_now, firmware_roots(settings))
        updates = FirmwareUpdates(self._storage, firmware, commands, capabilities, settings, utc_now)
        campaign_orders = CampaignOrders(self._storage, updates, utc_now)
        self._campaign_clock = CampaignClock(self._storage, commands, self._follow_ups, utc_now)
        sessions = SessionService(self._storage, commands, utc_now)
        stop_rules = StopRules(self._storage, commands, sessions, self._follow_ups, utc_now)
        self._follow_ups.jobs = {
            Occasion.BOOTED: (certificates.booted, provisioning.after_boot, lists.after_boot),
            Occasion.CERTIFICATE_REQUESTED: (certificates.deliver,),
            Occasion.CONFIGURATION_CHANGED: (provisioning.after_change,),
            Occasion.LOCAL_LIST_DUE: (lists.when_due,),
            Occasion.FIRMWARE_DUE: (campaign_orders.order,),
            Occasion.STOP_DUE: (stop_rules.enforce,),
        }
        id_tags = IdTags(self._storage, utc_now)
        labels = Labels(self._storage, settings)
        start_rules = StartRules(self._storage, commands, labels, self._beside, utc_now)
        fleet = Fleet(self._storage, settings, utc_now, self._charge_point_changed)
        self._central_system.by_the_clock.append(("campaigns", CAMPAIGN_SECONDS, self._campaign_clock.advance))
        self._central_system.by_the_clock.append(("stop-rules", STOP_RULES_SECONDS, stop_rules.look))
        inspection = Inspection(self._storage, self._feed, lambda: self.bridge.watchers, self.bridge.end_watching)
        self._central_system.by_the_clock.append(("watchers", RECHECK_SECONDS, inspection.look))
        reservations = Reservations(self._storage, commands, capabilities, settings, utc_now)
        self.services = Services(
            settings=settings,
            storage=self._storage,
            accounts=accounts,
            id_tags=id_tags,
            tag_import=TagImport(self._storage, utc_now),
            unknown_tags=UnknownTags(self._storage, id_tags),
            erasure=Erasure(self._storage, accounts, reservations, utc_now),
            vehicles=Vehicles(self._storage, utc_now),
            favourites=Favourites(self._storage, utc_now),
            commands=commands,
            capabilities=capabilities,
            fleet=fleet,
            newcomers=Newcomers(self._storage, fleet),
            command_batches=CommandBatches(self._storage, commands, settings, utc_now),
            starts=StartCharging(self._storage, commands, smart_charging, start_rules, settings, self._beside, utc_now),
            labels=labels,
            scans=Scans(self._storage, labels, start_rules, utc_now),
            sessions=sessions,
            stop_rules=stop_rules,
            tickets=tickets,
            waiting=Waiting(self._storage, settings.web_threads // 4),
            reservations=reservations,
            quarantines=Quarantines(self._storage, utc_now),
            tariffs=Tariffs(self._storage, utc_now),
            overviews=Overviews(self._storage, commands.connected, utc_now),
            firmware=firmware,
            certificates=certificates,
            root_certificates=RootCertificateService(self._storage, commands, utc_now),
            firmware_updates=updates,
            campaigns=Campaigns(self._storage, firmware, utc_now),
            diagnostics=Diagnostics(self._storage, commands, settings, utc_now),
            local_lists=LocalLists(self._storage, lists, utc_now),
            transfers=Transfers(max(1, settings.web_threads // 2)),
            charging_profiles=charging_profiles,
            smart_charging=smart_charging,
            metrics=Metrics(self._storage, self.bridge, self._central_system.counts),
            now=utc_now,
            loop_lag=self.bridge.loop_lag,
        )
        self.app: Flask = create_app(settings.jwt_secret_key, self.services)

    def start(self) -> None:
        """Start the loop thread: from now on charge points can connect. Raises OSError."""
        self.services.commands.close_orphans()
        self._campaign_clock.recover()
        self.bridge.start()
        self._feed.start(self.bridge, LiveViews(self.app))

    def prepare_to_stop(self) -> None:
        """Answer those who wait for news. A signal handler calls this: no lock is taken that this thread may hold."""
        self.services.waiting.stop()

    def stop(self) -> None:
        """Close every socket with 1001, finish what is in hand, let go of the database."""
        self.services.command_batches.halt()
        self._feed.stop()
        self.bridge.stop(DRAIN_SECONDS)
        self._follow_ups.stop()
        self.services.command_batches.stop()
        self._beside.shutdown(wait=True)
        self._storage.close()

    def _charge_point_changed(self, charge_point_id: str) -> None:
        self._central_system.forget(charge_point_id)
        self.bridge.disconnect(charge_point_id, "please connect again")


def server_settings(settings: Settings) -> ServerSettings:
    """Return what the OCPP server is told of the process's settings; raises ConfigurationError."""
    host, _, port = settings.ocpp_bind.rpartition(":")
    tls_host, _, tls_port = settings.ocpp_tls_bind.rpartition(":")
    return ServerSettings(
        host=host.strip("[]"),
        port=int(port),
        tls=server_context(settings),
        tls_host=tls_host.strip("[]"),
        tls_port=int(tls_port),
        trusted_proxies=settings.trusted_proxies,
        origins=settings.origins,
        call_timeout=settings.call_timeout,
        heartbeat_interval=settings.heartbeat_interval,
    )
