"""Certificates of charge points that the standard calls too weak, by an authority that is trusted."""

import subprocess
from uuid import uuid4

from tests.app.secure import CPO_NAME, Authority


def weak_certificate(authority: Authority, serial_number: str, bits: int, digest: str) -> tuple[str, str]:
    """Return the files of a certificate and its RSA key of so many bits, signed over this digest.

    By the openssl command, for the library we use refuses to.
    """
    stem = authority.folder / uuid4().hex
    certificate, key, request = (f"{stem}.{ending}" for ending in ("pem", "key", "csr"))
    subject = f"/O={CPO_NAME}/CN={serial_number}"
    for command in (
        ["req", "-new", "-newkey", f"rsa:{bits}", "-nodes", "-subj", subject, "-keyout", key, "-out", request],
        [
            "x509",
            "-req",
            "-in",
            request,
            "-CA",
            authority.file,
            "-CAkey",
            authority.key,
            "-days",
            "2",
            f"-{digest.lower()}",
        ]
        + ["-set_serial", "1", "-out", certificate],
    ):
        subprocess.run(["openssl", *command], check=True, capture_output=True, timeout=30)
    return certificate, key
