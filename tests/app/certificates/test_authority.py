"""Who signs: our own authority, made once; the operator's; or a command's, whose answer is looked through."""

import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from app.certificates.authority import CertificateAuthority
from app.certificates.chains import fault_of_chain, read_chain, to_pem
from app.certificates.own_authority import FILE, own_authority
from app.certificates.signing_key import SigningKey, read_signing_key
from app.certificates.signing_requests import Expected
from app.config import load_settings
from app.errors import ConfigurationError, SigningFailed
from tests.app.certificate_stories import new_csr

NOW = datetime(2030, 6, 15, 12, 0, tzinfo=UTC)
YEAR = timedelta(days=365)
NAMED = Expected("SN-1", "Example Charging")


@pytest.fixture(autouse=True)
def no_env_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


def authority(now: datetime = NOW, **settings: Any) -> CertificateAuthority:
    return CertificateAuthority(load_settings(data_dir="var", **settings), lambda: now)


def request(**facts: Any) -> x509.CertificateSigningRequest:
    return x509.load_pem_x509_csr(new_csr("SN-1", **facts).encode())


def own_key() -> SigningKey:
    path = own_authority(Path("var"), "Example Charging", NOW)
    return read_signing_key(path, path, ("CA_CERT", "CA_KEY"))


# Our own


def test_our_own_authority_is_made_once_and_kept_from_others() -> None:
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: to_pem(authority().certificates()), range(8)))
    assert set(made) == {to_pem(authority(now=NOW + YEAR).certificates())}
    assert (Path("var") / FILE).stat().st_mode & 0o777 == 0o600
    assert [path.name for path in Path("var").iterdir()] == [FILE]
    (certificate,) = authority().certificates()
    certificate.verify_directly_issued_by(certificate)
    assert isinstance(certificate.public_key(), ec.EllipticCurvePublicKey)
    assert certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca


def test_our_own_authority_that_cannot_be_made_or_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "var").touch()
    with pytest.raises(ConfigurationError, match="^DATA_DIR=var: "):
        authority().certificates()
    (tmp_path / "var").unlink()
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / FILE).write_text("cut")
    with pytest.raises(ConfigurationError, match="holds no PEM certificate"):
        authority().certificates()


def test_no_certificate_outlives_its_authority() -> None:
    own = authority()
    end = own.certificates()[0].not_valid_after_utc
    issued = authority(now=end - timedelta(days=1)).issue(new_csr("SN-1"), "SN-1")
    assert issued.certificate.not_valid_after_utc == end
    with pytest.raises(SigningFailed, match="own certificate is not valid now"):
        authority(now=end + timedelta(days=1)).issue(new_csr("SN-1"), "SN-1")


def test_a_certificate_lasts_as_long_as_is_set() -> None:
    issued = authority(certificate_lifetime=3600.0).issue(new_csr("SN-1"), "SN-1")
    assert issued.certificate.not_valid_after_utc == NOW + timedelta(hours=1)
    assert issued.certificate.not_valid_before_utc < NOW


def test_a_certificate_names_nobody_but_o_and_cn() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    names = {
        NameOID.COUNTRY_NAME: "DE",
        NameOID.ORGANIZATION_NAME: "Example Charging",
        NameOID.ORGANIZATIONAL_UNIT_NAME: "Administrators",
        NameOID.COMMON_NAME: "SN-1",
    }
    subject = x509.Name([x509.NameAttribute(oid, text) for oid, text in names.items()])
    csr = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, hashes.SHA256())
    issued = authority().issue(csr.public_bytes(Encoding.PEM).decode(), "SN-1")
    assert issued.certificate.subject.rfc4514_string() == "CN=SN-1,O=Example Charging"


# The operator's


@pytest.fixture
def files(tmp_path: Path) -> Callable[[trustme.CA], dict[str, str]]:
    def write(ca: trustme.CA) -> dict[str, str]:
        (tmp_path / "ca.pem").write_bytes(ca.cert_pem.bytes())
        (tmp_path / "ca.key").write_bytes(ca.private_key_pem.bytes())
        return {"ca_cert": "ca.pem", "ca_key": "ca.key"}

    return write


def test_an_authority_below_another_is_sent_along_and_the_root_is_not(
    files: Callable[[trustme.CA], dict[str, str]], tmp_path: Path
) -> None:
    root = trustme.CA()
    below = root.create_child_ca()
    given = files(below)
    (tmp_path / "ca.pem").write_bytes(below.cert_pem.bytes() + root.cert_pem.bytes())
    chain = read_chain(authority(datetime.now(UTC), **given).issue(new_csr("SN-1"), "SN-1").chain)
    assert [one.public_bytes(Encoding.PEM) for one in chain[1:]] == [below.cert_pem.bytes()]
    chain[0].verify_directly_issued_by(chain[1])


def private_pem(key: Any) -> bytes:
    return bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("ca.pem", b"nothing", "CA_CERT=ca.pem: holds no PEM certificate"),
        (
            "ca.pem",
            trustme.CA().issue_cert("x.org").cert_chain_pems[0].bytes(),
            "CA_CERT=ca.pem: is not the certificate",
        ),
        ("ca.key", b"nothing", "CA_KEY=ca.key: holds no PEM private key"),
        ("ca.key", private_pem(ec.generate_private_key(ec.SECP256R1())), "CA_KEY=ca.key: does not belong to ca.pem"),
        ("ca.key", None, "CA_KEY=ca.key: no such file or directory"),
    ],
    ids=["no certificate", "no authority", "no key", "another key", "no file"],
)
def test_what_is_wrong_with_the_operators_files_is_told_at_the_start(
    files: Callable[[trustme.CA], dict[str, str]], tmp_path: Path, file: str, content: bytes | None, said: str
) -> None:
    given = files(trustme.CA())
    (tmp_path / file).unlink()
    if content is not None:
        (tmp_path / file).write_bytes(content)
    with pytest.raises(ConfigurationError) as caught:
        authority(**given)
    assert str(caught.value).startswith(said)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"ca_cert": "ca.pem"}, "CA_CERT: needs CA_KEY, or CA_COMMAND"),
        ({"ca_key": "ca.key"}, "CA_KEY: needs CA_CERT"),
        ({"ca_cert": "ca.pem", "ca_key": "ca.key", "ca_command": "sign"}, "CA_COMMAND: signs instead of CA_KEY"),
        ({"ca_command": "sign 'x"}, "is no command: no closing quotation"),
        ({"ca_command": " "}, "is no command: it has no words"),
        ({"certificate_lifetime": "60"}, "CERTIFICATE_LIFETIME=60: "),
    ],
)
def test_settings_that_do_not_say_who_signs_are_refused(settings: dict[str, str], said: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load_settings(**settings)
    assert said in str(caught.value)


# A command's


def test_a_chain_has_to_be_the_answer_to_the_csr() -> None:
    csr, own = request(), own_key()
    root = own.certificates[0]
    good = own.sign(csr, YEAR, NOW)
    assert fault_of_chain(good, csr, NAMED, root, NOW) is None
    assert fault_of_chain(good, csr, NAMED, None, NOW) is None
    assert fault_of_chain((*good, root), csr, NAMED, root, NOW) is None

    assert "another key" in (fault_of_chain(good, request(), NAMED, root, NOW) or "")
    assert "not valid now" in (fault_of_chain(good, csr, NAMED, root, NOW + 2 * YEAR) or "")
    assert "not valid now" in (fault_of_chain(good, csr, NAMED, root, NOW - YEAR) or "")
    assert "CN is 'SN-1'" in (fault_of_chain(good, csr, Expected("SN-2", None), root, NOW) or "")
    stranger = x509.load_pem_x509_certificate(trustme.CA().cert_pem.bytes())
    assert "each issued by the next one" in (fault_of_chain(good, csr, NAMED, stranger, NOW) or "")
    assert "each issued by the next one" in (fault_of_chain((*good, stranger, root), csr, NAMED, root, NOW) or "")


def test_a_servers_certificate_is_no_charge_points() -> None:
    key = rsa.generate_private_key(65537, 2048)
    csr, own = request(key=key), own_key()
    (certificate,) = own.sign(csr, YEAR, NOW)
    builder = x509.CertificateBuilder(
        certificate.issuer,
        certificate.subject,
        certificate.public_key(),
        certificate.serial_number,
        NOW,
        NOW + YEAR,
    ).add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    for_servers = builder.sign(own.key, hashes.SHA256())
    assert "TLS clients" in (fault_of_chain((for_servers,), csr, NAMED, None, NOW) or "")


@pytest.mark.parametrize("printed", ["", "nothing", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"])
def test_a_command_that_prints_no_certificates_is_told(printed: str) -> None:
    command = (sys.executable, "-S", "-c", f"print({printed!r})")
    with pytest.raises(SigningFailed, match="CA_COMMAND printed no PEM certificates"):
        authority(ca_command=command).issue(new_csr("SN-1"), "SN-1")


def test_where_a_command_signs_the_authority_is_known_if_it_is_told(
    files: Callable[[trustme.CA], dict[str, str]],
) -> None:
    given = files(trustme.CA())
    assert authority(ca_command="sign").certificates() == ()
    assert len(authority(ca_command="sign", ca_cert=given["ca_cert"]).certificates()) == 1
