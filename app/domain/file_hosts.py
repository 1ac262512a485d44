"""Where charge points may be sent for a file that is not on this server: the hosts an operator has listed."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from app.domain.phrases import Phrase

SCHEMES = ("https", "ftps", "http", "ftp")
ENCRYPTED = ("https", "ftps")
MAX_LOCATION = 512
_HOST = r"(?P<host>[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(?::(?P<port>[0-9]{1,5}))?"
_ENTRY = re.compile(rf"(?:(?P<scheme>[a-z]+)://)?{_HOST}/?")
_LOGIN = re.compile(r"[^/\\]*[/\\]{2}[^/\\?#]*@")
# Some charge points hand the URL to a shell: only what a shell takes literally gets to them, and `&` between a
# query's `name=value` pairs.
_VALUE = r"[A-Za-z0-9._~%:/@,+=-]*"
_LOCATION = re.compile(
    rf"(?P<scheme>[a-z]+)://{_HOST}(?:/[A-Za-z0-9._~%:/@,+=-]*)?"
    rf"(?:\?[A-Za-z0-9._~%-]+={_VALUE}(?:&[A-Za-z0-9._~%-]+={_VALUE})*)?"
)


@dataclass(frozen=True, slots=True)
class FileHost:
    """A host that files may be on. Without a scheme any encrypted one will do; without a port any port."""

    host: str
    scheme: str | None = None
    port: int | None = None

    def allows(self, scheme: str, host: str, port: int | None) -> bool:
        fits = scheme == self.scheme if self.scheme else scheme in ENCRYPTED
        return fits and host == self.host and self.port in (None, port)


def read_file_host(text: str) -> FileHost:
    """Read `files.example.org`, `ftp://10.0.0.5` or `https://files.example.org:8443`; raises ValueError."""
    match = _ENTRY.fullmatch(text)
    if match is None or match["scheme"] not in (None, *SCHEMES) or int(match["port"] or 0) > 65535:
        raise ValueError("must be hosts such as files.example.org or ftp://10.0.0.5, separated by commas")
    return FileHost(match["host"].casefold(), match["scheme"], int(match["port"]) if match["port"] else None)


def location_fault(location: str, hosts: Sequence[FileHost], own_url: str) -> str | None:
    """Return, in words, why a charge point must not be sent there; None when it may be.

    `own_url` is what the links to this server's own files begin with. Nothing is looked up or fetched.
    """
    if len(location) > MAX_LOCATION:
        return Phrase("must be at most %(most)d characters long", most=MAX_LOCATION)
    if _LOGIN.match(location):
        return "must not carry a user name or password: they would be readable wherever the URL is"
    match = _LOCATION.fullmatch(location)
    if match is None or any(ord(char) < 32 or ord(char) == 127 for char in unquote(location)):
        return "must be a plain URL: scheme, host, path and a query of name=value pairs, without special characters"
    if location.startswith(own_url):
        return None
    scheme, host = match["scheme"], match["host"].casefold()
    if scheme not in SCHEMES:
        return Phrase("must begin with one of %(which)s", which=", ".join(f"{each}://" for each in SCHEMES))
    if any(each.allows(scheme, host, int(match["port"]) if match["port"] else None) for each in hosts):
        return None
    entry = host if scheme in ENCRYPTED else f"{scheme}://{host}"
    words = "charge points may not be sent to %(host)s; to allow it, add %(entry)s to the setting FILE_HOSTS"
    return Phrase(words, host=host, entry=entry)
