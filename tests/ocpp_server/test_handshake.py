import base64

import pytest
from websockets.datastructures import Headers

from ocpp_server.handshake import InvalidPath, charge_point_id, credentials, subprotocols


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/CP001", "CP001"),
        ("/ocpp/CP001", "CP001"),
        ("/a/b/c/CP001/", "CP001"),
        ("/ocpp/CP001//", "CP001"),
        ("/ocpp/RDAM%20123", "RDAM 123"),
        ("/ocpp/CP001?token=/x/y", "CP001"),
        ("/ocpp/NL*ABC-1_2=3:4+5|6@7.8", "NL*ABC-1_2=3:4+5|6@7.8"),
        ("/ocpp/" + "x" * 48, "x" * 48),
        ("/ocpp/%43P%30%30%31", "CP001"),
    ],
)
def test_the_id_is_the_last_segment_of_the_path_decoded_once(path: str, expected: str) -> None:
    assert charge_point_id(path) == expected


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "//",
        "/?id=CP001",
        "/ocpp/..",
        "/ocpp/.",
        "/ocpp/a%2Fb",
        "/ocpp/%252F",
        "/ocpp/a%00",
        "/ocpp/a%0Ab",
        "/ocpp/%1b[31m",
        "/ocpp/%20",
        "/ocpp/%20CP001",
        "/ocpp/%F0%9F%94%8C",
        "/ocpp/%FF",
        "/ocpp/$where",
        "/ocpp/<script>",
        "/ocpp/" + "x" * 49,
        "/ocpp/" + "x" * 300,
        "/ocpp/a%5Cb",
        "/ocpp/CP\u0660",
    ],
)
def test_an_id_outside_the_allow_list_is_none(path: str) -> None:
    with pytest.raises(InvalidPath):
        charge_point_id(path)


def test_a_password_is_the_bytes_that_came() -> None:
    password = bytes(range(256))
    header = base64.b64encode(b"CP001:" + password).decode()
    assert credentials(Headers(Authorization=f"Basic {header}")) == ("CP001", password)


def test_a_user_name_that_is_not_utf8_is_made_inert() -> None:
    header = base64.b64encode(b"\xff\xfe:pw").decode()
    assert credentials(Headers(Authorization=f"basic {header}")) == ("\ufffd\ufffd", b"pw")


@pytest.mark.parametrize("value", ["", "Basic", "Basic !!!", "Bearer abc", "Basic " + base64.b64encode(b"x").decode()])
def test_malformed_credentials_are_none(value: str) -> None:
    assert credentials(Headers(Authorization=value)) == (None, None)


def test_two_authorization_headers_are_none() -> None:
    headers = Headers([("Authorization", "Basic YTpi"), ("Authorization", "Basic YTpj")])
    assert credentials(headers) == (None, None)


def test_subprotocols_are_listed_as_offered() -> None:
    assert subprotocols(Headers([("Sec-WebSocket-Protocol", "ocpp2.0.1, ocpp1.6")])) == ("ocpp2.0.1", "ocpp1.6")
    assert subprotocols(Headers([("Sec-WebSocket-Protocol", ",,;")])) == ()
    assert subprotocols(Headers()) == ()
