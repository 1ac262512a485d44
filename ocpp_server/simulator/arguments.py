"""The command line of the virtual charge point, and the settings it asks for."""

import math
import ssl
from argparse import (
    Action,
    ArgumentDefaultsHelpFormatter,
    ArgumentParser,
    ArgumentTypeError,
    Namespace,
    RawDescriptionHelpFormatter,
)
from collections.abc import Callable, Sequence
from os import environ
from pathlib import Path
from urllib.parse import quote, urlsplit

from ocpp_server.simulator.settings import Settings

EXAMPLES = """
one charge point, its id last in the address:
  python -m ocpp_server.simulator ws://127.0.0.1:9000/ocpp/CP001 --password SECRET --connectors 2
several, the same password for each:
  python -m ocpp_server.simulator ws://127.0.0.1:9000/ocpp CP001 CP002 --password SECRET
a demonstration in which the car charges 60 times faster than real, driven by curl:
  python -m ocpp_server.simulator ws://127.0.0.1:9000/ocpp/CP001 --speed 60 --control 9100
  curl -H 'Content-Type: application/json' -d '{"connector_id": 1, "idTag": "TAG1"}' http://127.0.0.1:9100/start
"""
DEFAULT = Settings(url="ws://localhost/CP")


class _Help(ArgumentDefaultsHelpFormatter, RawDescriptionHelpFormatter):
    """Show the defaults that say something, and leave the examples as they are laid out."""

    def _get_help_string(self, action: Action) -> str | None:
        return super()._get_help_string(action) if action.default else action.help


def parse(arguments: Sequence[str]) -> Namespace:
    """Read the command line; a mistake ends the process with status 2 and one readable line."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if not options.id and not urlsplit(options.url).path.strip("/"):
        parser.error("the address must end with the charge point's id, as in ws://127.0.0.1:9000/ocpp/CP001")
    try:
        options.tls = _tls(options)
        options.firmware_roots = _firmware_roots(options.firmware_root)
    except (OSError, ValueError) as error:
        parser.error(f"certificate: {error}")
    return options


def settings(options: Namespace) -> list[Settings]:
    """Return the settings of each charge point asked for."""
    urls = [f"{options.url.rstrip('/')}/{quote(each, safe='')}" for each in options.id] or [options.url]
    return [
        Settings(
            url=url,
            password=environ.get("OCPP_PASSWORD") if options.password is None else options.password,
            tls=options.tls,
            connectors=options.connectors,
            vendor=options.vendor,
            model=options.model,
            serial=options.serial,
            firmware=options.firmware,
            fail_installation=options.fail_install,
            firmware_roots=options.firmware_roots,
            id_tag=options.id_tag,
            auto_plug=options.auto_plug,
            auto_unplug=options.auto_unplug,
            connection_time_out=options.connection_time_out,
            authorize_remote=options.authorize_remote,
            meter_interval=options.meter_interval,
            speed=options.speed,
            power_w=options.power * 1000,
            phases=options.phases,
            battery_wh=options.battery * 1000,
            soc=options.soc / 100,
        )
        for url in urls
    ]


def _parser() -> ArgumentParser:
    parser = ArgumentParser(
        prog="python -m ocpp_server.simulator",
        description="A virtual OCPP 1.6J charge point. At a terminal, type help for what you can do with it.",
        epilog=EXAMPLES,
        formatter_class=_Help,
    )
    add = parser.add_argument
    add("url", type=_url, help="ws:// or wss:// address, ending with the charge point's id")
    add("id", nargs="*", help="ids of several charge points, each put at the end of the address")
    add("--control", type=_whole(0, 65535), metavar="PORT", help="HTTP control API on 127.0.0.1, 0 for any port")
    add("--log-format", choices=("text", "json"), default="text", help="lines for people or for programs")
    add("--quiet", action="store_true", help="only say what needs attention")
    add("--frames", action="store_true", help="show every OCPP frame on stderr")

    group = parser.add_argument_group("connection")
    add = group.add_argument
    add("--password", metavar="SECRET", help="for HTTP Basic; else $OCPP_PASSWORD")
    add("--ca", metavar="FILE", help="PEM certificates to trust for wss://, instead of the system's")
    add("--cert", metavar="FILE", help="PEM client certificate (security profile 3)")
    add("--key", metavar="FILE", help="PEM private key of --cert")

    group = parser.add_argument_group("charge point")
    add = group.add_argument
    add("--connectors", type=_whole(1, 100), default=DEFAULT.connectors, metavar="N", help="how many")
    add("--vendor", type=_text(20), default=DEFAULT.vendor, help="chargePointVendor")
    add("--model", type=_text(20), default=DEFAULT.model, help="chargePointModel")
    add("--serial", type=_text(25), help="chargePointSerialNumber; the id if not given")
    add("--firmware", type=_text(50), default=DEFAULT.firmware, help="firmwareVersion")
    add("--fail-install", action="store_true", help="the first installation of new firmware fails")
    add("--firmware-root", metavar="FILE", help="PEM roots under which signed firmware must be; else anybody's will do")
    add("--power", type=_real(0.1, 1000), default=DEFAULT.power_w / 1000, metavar="KW", help="power of each outlet")
    add("--phases", type=int, choices=(1, 3), default=DEFAULT.phases, help="phases of each outlet")
    add("--meter-interval", type=_whole(0, 86_400), default=DEFAULT.meter_interval, metavar="S",
        help="MeterValueSampleInterval, 0 for no samples")  # fmt: skip
    add("--connection-time-out", type=_whole(0, 86_400), default=DEFAULT.connection_time_out, metavar="S",
        help="ConnectionTimeOut: how long an authorised driver has to plug in, 0 for ever")  # fmt: skip
    add("--authorize-remote", action="store_true", help="AuthorizeRemoteTxRequests: ask before a remote start")

    group = parser.add_argument_group("driver and car")
    add = group.add_argument
    add("--id-tag", type=_text(20), default=DEFAULT.id_tag, help="the tag shown unless another is given")
    add("--auto-plug", type=_delay, default=DEFAULT.auto_plug, metavar="S|never", help="plug in after being authorised")
    add("--auto-unplug", type=_delay, default=DEFAULT.auto_unplug, metavar="S|never", help="leave after the end")
    add("--battery", type=_real(1, 1000), default=DEFAULT.battery_wh / 1000, metavar="KWH", help="size of the battery")
    add("--soc", type=_real(0, 100), default=DEFAULT.soc * 100, metavar="PERCENT", help="state of charge on arrival")
    add("--speed", type=_real(0, 3600), default=DEFAULT.speed, metavar="X", help="charge X times faster than real")
    return parser


def _tls(options: Namespace) -> ssl.SSLContext | None:
    if urlsplit(options.url).scheme != "wss":
        return None
    context = ssl.create_default_context(cafile=options.ca)
    if options.cert:
        context.load_cert_chain(options.cert, options.key)
    return context


def _firmware_roots(path: str | None) -> bytes | None:
    if path is None:
        return None
    # The library behind it takes long to load, and most charge points never need it.
    from ocpp_server.simulator.firmware_signature import read_roots

    pem = Path(path).read_bytes()
    read_roots(pem)
    return pem


def _url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("ws", "wss") or not parts.hostname:
        raise ArgumentTypeError("give a ws:// or wss:// address, as in ws://127.0.0.1:9000/ocpp/CP001")
    return text


def _real(least: float, most: float) -> Callable[[str], float]:
    def read(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not least <= value <= most:
            raise ArgumentTypeError(f"give a number from {least:g} to {most:g}")
        return value

    return read


def _whole(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        value = _real(least, most)(text)
        if value != int(value):
            raise ArgumentTypeError("give a whole number")
        return int(value)

    return read


def _text(longest: int) -> Callable[[str], str]:
    def read(text: str) -> str:
        if not 0 < len(text) <= longest:
            raise ArgumentTypeError(f"give 1 to {longest} characters")
        return text

    return read


def _delay(text: str) -> float | None:
    return None if text == "never" else _real(0, 86_400)(text)
