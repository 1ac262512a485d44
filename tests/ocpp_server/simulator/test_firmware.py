"""New firmware at the virtual charge point: really fetched, really checked, told step by step."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from ocpp_server.simulator import VirtualChargePoint
from tests.app.manufacturer import PKCS1, Signer, signer
from tests.ocpp_server.simulator.central_system import CentralSystem
from tests.ocpp_server.simulator.file_host import FileHost, status, with_length

Tell = Callable[..., None]
Story = Callable[[CentralSystem, VirtualChargePoint, FileHost], Awaitable[None]]
IMAGE = b"firmware" * 1000
NOW = "2026-01-01T00:00:00Z"
MAKER = signer()
RSA_MAKER = signer(rsa.generate_private_key(65537, 2048))
ROOT = signer(name="root", authority=True)


@pytest.fixture
def update(tell: Tell) -> Callable[..., None]:
    """Play a story with a host of files in it, which has /board-2.1.0.bin."""

    def play(story: Story, **options: Any) -> None:
        async def whole(central_system: CentralSystem, charge_point: VirtualChargePoint) -> None:
            async with FileHost() as host:
                host.gives("/board-2.1.0.bin", with_length(IMAGE))
                await story(central_system, charge_point, host)

        tell(whole, **options)

    return play


async def order(central_system: CentralSystem, host: FileHost, name: str = "board-2.1.0.bin", **more: Any) -> None:
    request = {"location": host.url(f"/{name}"), "retrieveDate": NOW, **more}
    assert await central_system.call("UpdateFirmware", **request) == {}


async def order_signed(central_system: CentralSystem, host: FileHost, request_id: int = 7, **facts: Any) -> str:
    signed = MAKER.signed(IMAGE)
    firmware = {
        "location": host.url("/board-2.1.0.bin"),
        "retrieveDateTime": NOW,
        "signature": signed["signature"],
        "signingCertificate": signed["signing_certificate"],
    }
    answer = await central_system.call("SignedUpdateFirmware", requestId=request_id, firmware=firmware | facts)
    return str(answer["status"])


def told(central_system: CentralSystem) -> list[str]:
    return [p["status"] for p in central_system.of("FirmwareStatusNotification", "SignedFirmwareStatusNotification")]


async def ended(central_system: CentralSystem, last: str) -> list[str]:
    await central_system.until(lambda: last in told(central_system))
    return told(central_system)


async def versions(central_system: CentralSystem, boots: int) -> list[str]:
    await central_system.until(lambda: len(central_system.of("BootNotification")) == boots)
    return [boot["firmwareVersion"] for boot in central_system.of("BootNotification")]


STEPS = ["Downloading", "Downloaded", "Installing", "Installed"]


def test_an_update_is_fetched_installed_and_booted(update: Callable[..., None]) -> None:
    async def story(central_system: CentralSystem, charge_point: VirtualChargePoint, host: FileHost) -> None:
        await order(central_system, host)
        assert await versions(central_system, 2) == ["1.0.0", "2.1.0"]
        assert told(central_system) == STEPS
        assert len(host.requests) == 1
        assert charge_point.firmware == "2.1.0"
        assert [event["type"] for event in central_system.of("SecurityEventNotification")] == ["FirmwareUpdated"]

    update(story)


def test_a_file_whose_name_tells_no_version_is_one_by_its_content(update: Callable[..., None]) -> None:
    async def story(central_system: CentralSystem, charge_point: VirtualChargePoint, host: FileHost) -> None:
        host.gives("/firmware.bin", with_length(b"one"), with_length(b"two"))
        await order(central_system, host, "firmware.bin")
        _, one = await versions(central_system, 2)
        await charge_point.settled()
        await order(central_system, host, "firmware.bin")
        *_, two = await versions(central_system, 3)
        assert (one, two) == ("firmware-7692c3ad", "firmware-3fc4ccfe")

    update(story)


def test_it_tries_again_as_often_as_it_is_told_to(update: Callable[..., None]) -> None:
    async def story(central_system: CentralSystem, charge_point: VirtualChargePoint, host: FileHost) -> None:
        host.gives("/late.bin", status(503), with_length(IMAGE))
        await order(central_system, host, "late.bin", retries=2, retryInterval=0)
        assert await ended(central_system, "Installed") == STEPS
        await versions(central_system, 2)
        await order(central_system, host, "nowhere.bin", retries=3, retryInterval=0)
        assert (await ended(central_system, "DownloadFailed"))[4:] == ["Downloading", "DownloadFailed"]
        assert len(host.requests) == 2 + 3
        assert len(central_system.of("BootNotification")) == 2

    update(story)


def test_the_next_installation_fails_if_it_is_to(update: Callable[..., None]) -> None:
    async def story(central_system: CentralSystem, charge_point: VirtualChargePoint, host: FileHost) -> None:
        await charge_point.fail_install()
        await order(central_system, host)
        assert await ended(central_system, "InstallationFailed") == [*STEPS[:3], "InstallationFailed"]
        assert charge_point.firmware == "1.0.0"
        await order(central_system, host)
        assert await versions(central_system, 2) == ["1.0.0", "2.1.0"]

    update(story)


def test_it_waits_for_its_time(update: Callable[..., None]) -> None:
    async def story(central_system: CentralSystem, charge_point: VirtualChargePoint, host: FileHost) -> None:
        begin = datetime.now(UTC) + timedelta(seconds=0.2)
        await order(central_system, host, retrieveDate=begin.isoformat())
        await asyncio.wait_for(host.asked.wait(), 5)
        assert datetime.now(UTC) >= begin
        await versions(central_system, 2)

    update(story)


def test_a_time_that_is_none_is_an_error(update: Callable[..., None]) -> None:
    async def story(central_system: CentralSystem, charge_point: VirtualChargePoint, host: FileHost) -> None:
        answer = await central_system.call("UpdateFirmware", location=host.url("/x"), retrieveDate="soon")
        assert answer == {"error": "PropertyConstraintViolation"}

    update(story)


def test_nobody_who_charges_is_disturbed(update: Callable[..., None]) -> None:
    async def story(central_system: CentralSystem, charge_point: VirtualChargePoint, host: FileHost) -> None:
        await charge_point.start(1)
        await order(central_system, host)
        await ended(central_system, "Downloaded")
        await central_system.call("TriggerMessage", requestedMessage="FirmwareStatusNotification")
        await central_system.until(lambda: told(central_system) == ["Downloading", "Downloaded", "Downloaded"])
        await charge_point.stop(1)
        assert await versions(central_system, 2) == ["1.0.0", "2.1.0"]
        assert [stop["reason"] for stop in central_system.of("StopTransaction")] == ["Local"]

    update(story)


def test_what_was_done_offline_is_told_later(update: Callable[..., None]) -> None:
    async def story(central_system: CentralSystem, charge_point: VirtualChargePoint, host: FileHost) -> None:
        host.open.clear()
        await order(central_system, host)
        await ended(central_system, "Downloading")
        await charge_point.offline()
        host.open.set()
        await charge_point.until(lambda: charge_point.firmware == "2.1.0")
        await charge_point.online()
        assert await versions(central_system, 2) == ["1.0.0", "2.1.0"]
        assert await ended(central_system, "Installed") == STEPS

    update(story)


@pytest.mark.parametrize("request_", ["TriggerMessage", "ExtendedTriggerMessage"])
def test_without_an_update_it_says_that_it_is_idle(update: Callable[..., None], request_: str) -> None:
    async def story(central_system: CentralSystem, charge_point: VirtualChargePoint, host: FileHost) -> None:
        answer = await central_system.call(request_, requestedMessage="FirmwareStatusNotification")
        assert answer == {"status": "Accepted"}
        assert await ended(central_system, "Idle") == ["Idle"]
        signed = central_system.of("SignedFirmwareStatusNotification")
        assert signed == ([{"status": "Idle"}] if request_ == "ExtendedTriggerMessage" else [])

    update(story)


@pytest.mark.parametrize(
    ("maker", "how", "options"),
    [
        (MAKER, {}, {}),
        (RSA_MAKER, {}, {}),
        (RSA_MAKER, {"rsa_padding": PKCS1}, {}),
        (signer(under=ROOT), {}, {"firmware_roots": ROOT.pem.encode()}),
        (signer(under=signer(under=ROOT, name="between", authority=True)), {}, {"firmware_roots": ROOT.pem.encode()}),
    ],
    ids=["ECDSA", "RSA-PSS", "PKCS 1", "under a root", "under another under a root"],
)
def test_signed_firmware_is_verified_and_followed_by_its_request_id(
    update: Callable[..., None], maker: Signer, how: dict[str, Any], options: dict[str, Any]
) -> None:
    async def story(central_system: CentralSystem, charge_point: VirtualChargePoint, host: FileHost) -> None:
        facts = {"signature": maker.sign(IMAGE, **how), "signingCertificate": maker.pem}
        assert await order_signed(central_system, host, 12, **facts) == "Accepted"
        steps = ["Downloading", "Downloaded", "SignatureVerified", "Installing", "Installed"]
        assert await ended(central_system, "Installed") == steps
        assert {p["requestId"] for p in central_system.of("SignedFirmwareStatusNotification")} == {12}
        assert central_system.of("FirmwareStatusNotification") == []
        assert await versions(central_system, 2) == ["1.0.0", "2.1.0"]

    update(story, **options)


@pytest.mark.parametrize("signature", [MAKER.sign(IMAGE + b"!"), "no Base64", "AAAA"], ids=["other", "none", "short"])
def test_a_signature_of_another_file_is_told_and_not_installed(update: Callable[..., None], signature: str) -> None:
    async def story(central_system: CentralSystem, charge_point: VirtualChargePoint, host: FileHost) -> None:
        assert await order_signed(central_system, host, signature=signature) == "Accepted"
        assert (await ended(central_system, "InvalidSignature"))[-2:] == ["Downloaded", "InvalidSignature"]
        await central_system.until(lambda: central_system.of("SecurityEventNotification"))
        (event,) = central_system.of("SecurityEventNotification")
        assert event["type"] == "InvalidFirmwareSignature"
        assert charge_point.firmware == "1.0.0"

    update(story)


@pytest.mark.parametrize(
    "certificate",
    [
        "no certificate",
        signer(under=ROOT, days=(-9, -1)).pem,
        signer(under=ROOT, days=(1, 9)).pem,
        signer(under=ROOT, for_signing=False).pem,
        signer(under=signer(name="root", authority=True)).pem,
        signer(under=signer(under=ROOT, name="no authority")).pem,
    ],
    ids=["none", "expired", "to come", "for other things", "of a namesake", "under one that is no authority"],
)
def test_a_bad_certificate_is_refused_before_anything_is_fetched(update: Callable[..., None], certificate: str) -> None:
    async def story(central_system: CentralSystem, charge_point: VirtualChargePoint, host: FileHost) -> None:
        status = await order_signed(central_system, host, signingCertificate=certificate)
        assert status == "InvalidCertificate"
        await central_system.until(lambda: central_system.of("SecurityEventNotification"))
        (event,) = central_system.of("SecurityEventNotification")
        assert event["type"] == "InvalidFirmwareSigningCertificate"
        assert (host.requests, told(central_system)) == ([], [])

    update(story, firmware_roots=ROOT.pem.encode())


def test_a_new_order_cancels_the_one_under_way(update: Callable[..., None]) -> None:
    async def story(central_system: CentralSystem, charge_point: VirtualChargePoint, host: FileHost) -> None:
        late = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
        assert await order_signed(central_system, host, 1, retrieveDateTime=late) == "Accepted"
        await ended(central_system, "DownloadScheduled")
        assert await order_signed(central_system, host, 2, installDateTime=late) == "AcceptedCanceled"
        await ended(central_system, "InstallScheduled")
        await central_system.call("ExtendedTriggerMessage", requestedMessage="FirmwareStatusNotification")
        assert await order_signed(central_system, host, 3) == "AcceptedCanceled"
        await ended(central_system, "Installed")
        steps = [(p["requestId"], p["status"]) for p in central_system.of("SignedFirmwareStatusNotification")]
        verified = ["Downloading", "Downloaded", "SignatureVerified"]
        assert steps == [
            (1, "DownloadScheduled"),
            *((2, each) for each in [*verified, "InstallScheduled", "InstallScheduled"]),
            *((3, each) for each in [*verified, "Installing", "Installed"]),
        ]

    update(story)
