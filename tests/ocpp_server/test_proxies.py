import pytest
from websockets.datastructures import Headers

from ocpp_server.proxies import TrustedProxies

PROXIES = TrustedProxies(("10.0.0.0/8", "2001:db8::1"))


def forwarded(address: str, scheme: str = "https") -> Headers:
    return Headers([("X-Forwarded-For", address), ("X-Forwarded-Proto", scheme)])


def test_a_stranger_is_not_believed() -> None:
    assert PROXIES.origin("203.0.113.7", False, forwarded("192.0.2.1")) == ("203.0.113.7", False)
    assert TrustedProxies(()).origin("127.0.0.1", False, forwarded("192.0.2.1")) == ("127.0.0.1", False)


def test_a_trusted_proxy_is_believed() -> None:
    assert PROXIES.origin("10.1.2.3", False, forwarded("192.0.2.1")) == ("192.0.2.1", True)
    assert PROXIES.origin("2001:db8::1", False, forwarded("192.0.2.1", "wss")) == ("192.0.2.1", True)
    assert PROXIES.origin("::ffff:10.1.2.3", False, forwarded("192.0.2.1", "http")) == ("192.0.2.1", False)


def test_what_a_newcomer_wrote_before_the_proxies_counts_for_nothing() -> None:
    headers = Headers([("X-Forwarded-For", "1.1.1.1"), ("X-Forwarded-For", "192.0.2.1, 10.9.9.9")])
    headers["X-Forwarded-Proto"] = "https, http"
    assert PROXIES.origin("10.1.2.3", False, headers) == ("192.0.2.1", False)


@pytest.mark.parametrize("value", ["", "unknown", "<script>", "192.0.2.1:5678"])
def test_a_forwarded_address_that_is_none_leaves_the_proxys(value: str) -> None:
    assert PROXIES.origin("10.1.2.3", False, forwarded(value))[0] == "10.1.2.3"


def test_tls_on_the_socket_itself_needs_no_witness() -> None:
    assert PROXIES.origin("203.0.113.7", True, Headers()) == ("203.0.113.7", True)
