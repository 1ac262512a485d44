"""Where charge points may be sent for a file."""

import pytest

from app.domain.file_hosts import FileHost, location_fault, read_file_host

HOSTS = [read_file_host(text) for text in ("files.example.org", "ftp://10.0.0.5", "http://[::1]:8080", "http://old")]
OWN = "http://charging.example.org/files/"


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("Files.Example.ORG", FileHost("files.example.org")),
        ("ftp://10.0.0.5/", FileHost("10.0.0.5", "ftp")),
        ("https://files.example.org:8443", FileHost("files.example.org", "https", 8443)),
        ("[fe80::1]:21", FileHost("[fe80::1]", None, 21)),
    ],
)
def test_a_host_is_read_with_the_scheme_and_port_it_is_restricted_to(text: str, host: FileHost) -> None:
    assert read_file_host(text) == host


@pytest.mark.parametrize("text", ["", "gopher://x", "http://x/path", "user@x", "x:99999", "*", "a b", "C:\\x", "-x"])
def test_what_is_no_host_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="files.example.org"):
        read_file_host(text)


@pytest.mark.parametrize(
    "location",
    [
        "https://files.example.org/fw/x-1.0_2~b.bin",
        "https://FILES.example.org:8443/x?sig=a%2Bb&expires=5",
        "ftps://files.example.org",
        "ftp://10.0.0.5/a/b/",
        "http://[::1]:8080/x",
        f"{OWN}firmware/abc/x.bin",
    ],
)
def test_listed_hosts_and_our_own_links_are_allowed(location: str) -> None:
    assert location_fault(location, HOSTS, OWN) is None


@pytest.mark.parametrize(
    "location",
    [
        "http://files.example.org/x",  # without a scheme in the list, encrypted ones alone
        "https://10.0.0.5/x",
        "https://other.example.org/x",
        "https://files.example.org.evil.org/x",
        "https://xfiles.example.org/x",
        "http://169.254.169.254/latest/meta-data",
        "http://[::1]/x",
        "http://localhost/x",
        "http://2130706433/x",
        "http://0x7f.1/x",
        "http://charging.example.org/api/me",
        "http://charging.example.org.evil.org/files/x",
    ],
)
def test_any_other_host_is_named_with_the_setting(location: str) -> None:
    assert "FILE_HOSTS" in (location_fault(location, HOSTS, OWN) or "")


@pytest.mark.parametrize(
    "location",
    [
        "",
        "C:\\firmware.bin",
        "/firmware.bin",
        "//files.example.org/x",
        "file:///etc/passwd",
        "gopher://files.example.org/x",
        "javascript:alert(1)",
        "HTTPS://files.example.org/x",
        "https://files.example.org./x",
        "https://files.example.org/x;reboot",
        "https://files.example.org/$(reboot)",
        "https://files.example.org/`reboot`",
        "https://files.example.org/x|sh",
        "https://files.example.org/x&reboot",
        "https://files.example.org/x?a=1&reboot",
        "https://files.example.org/x y",
        "https://files.example.org/'x'",
        "https://files.example.org/x\r\nHost: evil",
        "https://files.example.org/%0d%0aHost:evil",
        "https://files.example.org/%00",
        "https://files.example.org/x\n",
        "https://files.example.org/é",
        "https://user@files.example.org/x",
        "https://user:password@files.example.org/x",
        "https://files.example.org\\@evil.org/x",
        "https://evil.org\\@files.example.org/x",
        "https://evil.org#@files.example.org/x",
        "https://files.example.org/x#fragment",
        "https://[::1/x",
        "https://files.example.org/" + "x" * 500,
    ],
)
def test_what_is_no_plain_url_is_refused(location: str) -> None:
    fault = location_fault(location, HOSTS, OWN)
    assert fault is not None
    assert "FILE_HOSTS" not in fault
