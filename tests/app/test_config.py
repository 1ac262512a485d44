"""Settings: what is wrong with one is told in one line that names it, and a secret is not told."""

from pathlib import Path

import pytest

from app.config import jwt_secret, load_settings, qr_secrets
from app.errors import ConfigurationError


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Begin without a .env; the names are those of the settings alone."""
    monkeypatch.chdir(tmp_path)
    for name in ("MONGODB_URI", "DATA_DIR", "JWT_SECRET_KEY", "HTTP_BIND", "OCPP_BIND"):
        monkeypatch.delenv(name, raising=False)


BAD = [
    ("HTTP_BIND", "8000", "must be HOST:PORT"),
    ("HTTP_BIND", "127.0.0.1:http", "must be HOST:PORT"),
    ("HTTP_BIND", "127.0.0.1:0", "must be HOST:PORT"),
    ("OCPP_BIND", "127.0.0.1:65536", "must be HOST:PORT"),
    ("OCPP_BIND", "::1:9000", "brackets"),
    ("OCPP_BIND", "127.0.0.1:8000", "same as HTTP_BIND"),
    ("PUBLIC_URL", "charging.example.org", "must be a URL"),
    ("PUBLIC_URL", "ftp://charging.example.org", "must be a URL"),
    ("PUBLIC_URL", "http://[::1", "IPv6"),
    ("PUBLIC_OCPP_URL", "https://charging.example.org", "wss://"),
    ("ROOT_USERNAME", "ro ot", "letters"),
    ("ROOT_PASSWORD", "short", "at least 8"),
    ("PASSWORD_COST", "11", "greater than or equal to 12"),
    ("PASSWORD_COST", "19", "less than or equal to 18"),
    ("WEB_CONCURRENCY", "4", "WEB_THREADS"),
    ("WEB_THREADS", "0", "greater"),
    ("WEB_THREADS", "many", "integer"),
    ("UNKNOWN_CHARGE_POINTS", "perhaps", "'reject', 'pending' or 'accept'"),
    ("CALL_TIMEOUT", "0", "greater than 0"),
    ("CALL_TIMEOUT", "nan", "less than or equal to 300"),
    ("CALL_TIMEOUT", "ten\nseconds", "number"),
    ("START_DEADLINE", "-1", "greater than 0"),
    ("HEARTBEAT_INTERVAL", "5", "greater than or equal to 10"),
    ("AUTO_PROVISION", "perhaps", "boolean"),
    ("PROVISION_CONFIGURATION", "MeterValueSampleInterval", "Key=Value"),
    ("PROVISION_CONFIGURATION", "=60", "Key=Value"),
    ("PROVISION_CONFIGURATION", '{"MeterValueSampleInterval": 60}', "string"),
    ("PROVISION_CONFIGURATION", '{"MeterValueSampleInterval"', "JSON"),
    ("PROVISION_CONFIGURATION", "securityprofile=0", "same for all"),
    ("PROVISION_CONFIGURATION", f"{'x' * 51}=1", "50"),
    ("LOG_LEVEL", "LOUD", "'DEBUG', 'INFO', 'WARNING' or 'ERROR'"),
    ("LOG_FORMAT", "xml", "'text' or 'json'"),
]


@pytest.mark.parametrize(("name", "value", "reason"), BAD)
def test_a_bad_value_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch, name: str, value: str, reason: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError) as caught:
        load_settings()
    line = str(caught.value)
    assert line.startswith(f"{name}=")
    assert reason in line
    assert line.isprintable()


@pytest.mark.parametrize(("name", "value"), [("ROOT_PASSWORD", "seven77"), ("JWT_SECRET_KEY", "too short a secret")])
def test_a_secret_that_is_bad_is_not_told(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError, match=name) as caught:
        jwt_secret(load_settings())
    assert value not in str(caught.value)


def test_what_people_write_is_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "HTTP_BIND": ":8080",
        "OCPP_BIND": "[::1]:9000",
        "PUBLIC_URL": "https://charging.example.org/",
        "PUBLIC_OCPP_URL": "wss://charging.example.org/ocpp/",
        "LOG_LEVEL": "debug",
        "ROOT_PASSWORD": "",
    }.items():
        monkeypatch.setenv(name, value)
    settings = load_settings()
    assert (settings.http_bind, settings.ocpp_bind) == ("0.0.0.0:8080", "[::1]:9000")
    assert (settings.http_url, settings.ocpp_url) == ("https://charging.example.org", "wss://charging.example.org/ocpp")
    assert (settings.log_level, settings.root_password) == ("DEBUG", None)
    for name in ("PUBLIC_URL", "PUBLIC_OCPP_URL"):
        monkeypatch.delenv(name)
    settings = load_settings()
    assert (settings.http_url, settings.ocpp_url) == ("http://127.0.0.1:8080", "ws://[::1]:9000/ocpp")


def test_settings_come_from_the_env_file_and_the_environment_goes_first(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("CALL_TIMEOUT=3\nWEB_THREADS=8\nSOMETHING_ELSE=1\n")
    monkeypatch.setenv("WEB_THREADS", "9")
    settings = load_settings()
    assert (settings.call_timeout, settings.web_threads) == (3.0, 9)
    (tmp_path / ".env").write_bytes(b"CALL_TIMEOUT=\xff\n")
    with pytest.raises(ConfigurationError, match=r"^\.env: "):
        load_settings()


def test_a_secret_is_made_once_and_kept_from_others(tmp_path: Path) -> None:
    settings = load_settings(data_dir=tmp_path / "var")
    assert jwt_secret(settings) == jwt_secret(settings)
    assert (tmp_path / "var" / "jwt_secret_key").stat().st_mode & 0o777 == 0o600
    (tmp_path / "var" / "jwt_secret_key").write_text("cut")
    with pytest.raises(ConfigurationError, match="jwt_secret_key must be at least 32 bytes"):
        jwt_secret(settings)


@pytest.mark.parametrize("secret", ["x" * 31, "short"])
def test_a_secret_of_less_than_32_bytes_is_refused_and_not_told(secret: str) -> None:
    with pytest.raises(ConfigurationError, match="^JWT_SECRET_KEY must be at least 32 bytes long$"):
        jwt_secret(load_settings(jwt_secret_key=secret))
    assert jwt_secret(load_settings(jwt_secret_key="é" * 16)) == "é" * 16


def test_a_database_of_ones_own_wants_a_secret_of_ones_own() -> None:
    with pytest.raises(ConfigurationError, match="JWT_SECRET_KEY is required"):
        jwt_secret(load_settings(mongodb_uri="mongodb://db.example.org"))


def test_a_data_dir_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for data_dir in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(ConfigurationError, match="^DATA_DIR="):
            jwt_secret(load_settings(data_dir=data_dir))


VALUES = [
    ("", {}),
    (
        "MeterValueSampleInterval=60, ConnectionTimeOut = 90,",
        {"MeterValueSampleInterval": "60", "ConnectionTimeOut": "90"},
    ),
    ('{"StopTxnSampledData": "SoC,Voltage", "Name": ""}', {"StopTxnSampledData": "SoC,Voltage", "Name": ""}),
]


@pytest.mark.parametrize(("text", "values"), VALUES, ids=range(len(VALUES)))
def test_values_for_charge_points_are_a_list_or_json(
    monkeypatch: pytest.MonkeyPatch, text: str, values: dict[str, str]
) -> None:
    monkeypatch.setenv("PROVISION_CONFIGURATION", text)
    assert load_settings().provision_configuration == values


def test_labels_have_a_secret_of_their_own_and_the_tokens_where_that_must_be_given(tmp_path: Path) -> None:
    own = load_settings(data_dir=tmp_path / "var")
    assert qr_secrets(own) == qr_secrets(own) != [jwt_secret(own)]
    shared = load_settings(mongodb_uri="mongodb://db.example.org", jwt_secret_key="t" * 32)
    assert qr_secrets(shared) == ["t" * 32]
    assert qr_secrets(load_settings(qr_secret_key=f"{'n' * 32}, {'o' * 32}")) == ["n" * 32, "o" * 32]
    with pytest.raises(ConfigurationError, match="QR_SECRET_KEY: each secret in it must be at least 32 bytes"):
        qr_secrets(load_settings(qr_secret_key=f"{'n' * 32},short"))


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ({}, "ws://127.0.0.1:9000/live"),
        ({"ocpp_bind": "0.0.0.0:9100"}, "ws://127.0.0.1:9100/live"),
        ({"public_ocpp_url": "wss://charging.example.org/ocpp"}, "wss://charging.example.org/live"),
        ({"public_ocpp_url": "ws://10.0.0.5:9000/site/ocpp"}, "ws://10.0.0.5:9000/live"),
        # A page that came by https may open no ws.
        (
            {
                "public_url": "https://charging.example.org",
                "public_ocpp_url": "ws://charging.example.org:9000/ocpp",
                "ocpp_tls_cert": "chain.pem",
                "ocpp_tls_key": "key.pem",
            },
            "wss://charging.example.org:9443/live",
        ),
    ],
)
def test_watchers_are_sent_to_the_port_of_charge_points(given: dict[str, str], url: str) -> None:
    assert load_settings(**given).live_url == url


def test_only_our_own_pages_are_our_origins() -> None:
    assert load_settings().origins == ("http://127.0.0.1:8000", "http://localhost:8000")
    settings = load_settings(public_url="https://Charging.example.org:443/app", http_bind="[::1]:80")
    assert settings.origins == ("https://charging.example.org", "http://[::1]", "http://localhost")
