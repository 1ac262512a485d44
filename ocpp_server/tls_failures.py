"""TLS handshakes that fail: who it was is not known yet, but why is what the operator of a silent charger looks for."""

import ssl
from collections.abc import Callable

_VERSION = "TLS: no version in common; 1.2 is the least"
_SUITE = "TLS: no cipher suite in common"
_OURS = "TLS: it does not accept this server's certificate"
_REASONS = {
    "UNSUPPORTED_PROTOCOL": _VERSION,
    "VERSION_TOO_LOW": _VERSION,
    "TLSV1_ALERT_PROTOCOL_VERSION": _VERSION,
    "NO_SHARED_CIPHER": _SUITE,
    "NO_SUITABLE_SIGNATURE_ALGORITHM": _SUITE,
    "SSLV3_ALERT_HANDSHAKE_FAILURE": _SUITE,
    "TLSV1_ALERT_UNKNOWN_CA": _OURS,
    "SSLV3_ALERT_BAD_CERTIFICATE": _OURS,
    "SSLV3_ALERT_CERTIFICATE_EXPIRED": _OURS,
    "SSLV3_ALERT_CERTIFICATE_UNKNOWN": _OURS,
    "SSLV3_ALERT_UNSUPPORTED_CERTIFICATE": _OURS,
    "HTTP_REQUEST": "TLS: it speaks ws:// to the port for wss://",
    "WRONG_VERSION_NUMBER": "TLS: what it speaks is not TLS",
}


def watch(context: ssl.SSLContext, tell: Callable[[str], None]) -> None:
    """Have `tell` called, on the loop's thread, with the reason for every handshake under this context that fails.

    The event loop drops such connections without a word. Security whitepaper A00.FR.323, A00.FR.408.
    """

    class Watched(ssl.SSLObject):
        def do_handshake(self) -> None:
            try:
                super().do_handshake()
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
                raise
            except ssl.SSLError as error:
                tell(reason_for(error))
                raise

    context.sslobject_class = Watched


def reason_for(error: ssl.SSLError) -> str:
    """Return in words why a handshake failed."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"TLS: its certificate is not accepted: {error.verify_message}"
    code = error.reason or "unknown"
    return _REASONS.get(code, f"TLS: {code.lower().replace('_', ' ')}")
