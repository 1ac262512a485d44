"""What is written down of chargers in English sentences, to be said in other languages: data alone.

Each is a sentence as it is stored, with its values as placeholders. What is said in English is the sentence itself,
for logs are searched by it. How one is found again is told.py.
"""

from collections.abc import Sequence

# Why a connection was refused (app/door, ocpp_server/door.py, ocpp_server/tls_failures.py).
REFUSED: Sequence[str] = (
    "no password sent",
    "password wrong",
    "the user name is %(name)s, but the id in the URL is %(id)s",
    "plain ws but profile %(profile)s",
    "no client certificate shown, but profile 3",
    "the certificate's O is missing or not the only one, not CPO_NAME",
    "the certificate's O is %(name)s, not CPO_NAME",
    "profile 3, but the charge point's serial number is not known here",
    "the certificate's CN is missing or not the only one, not the serial number",
    "the certificate's CN is %(name)s, not the serial number",
    "the certificate was issued to another charge point, %(id)s",
    "%(id)s cannot be an id here",
    "an unknown id that an admin has chosen to ignore",
    "the id %(id)s is unknown here",
    "too many unknown charge points wait for acceptance already",
    "let in to wait for an admin",
    "the path names no charge point",
    "the charge point id is not UTF-8",
    "the charge point id has characters that are not allowed",
    "no %(wanted)s among the subprotocols (offered: %(offered)s)",
    "too many connections",
    "throttled: too many failed attempts",
    "throttled: its connections replace each other too often",
    "the application could not decide",
    "TLS: no version in common; 1.2 is the least",
    "TLS: no cipher suite in common",
    "TLS: it does not accept this server's certificate",
    "TLS: it speaks ws:// to the port for wss://",
    "TLS: what it speaks is not TLS",
    "TLS: its certificate is not accepted: %(detail)s",
)

# Why a connection ended that had been open (app/domain/dropped.py).
DROPPED: Sequence[str] = (
    "silent: it sent nothing for too long and answered no pings",
    "it read nothing of what was sent to it",
    "it was connected and sent no OCPP message",
    "it sent too many frames that are not OCPP-J",
    "the server took too long to answer it",
    "the server could not take it in just then",
    "replaced by a newer connection from %(address)s",
    "it closed the connection itself with code %(code)s: %(detail)s",
    "it closed the connection itself with code %(code)s",
    "the connection broke off without a goodbye",
    "it sent a frame that is too large",
    "it broke the WebSocket protocol: %(detail)s",
)

# What became of a certificate (app/certificates).
CERTIFICATES: Sequence[str] = (
    "a charge point of security profile 0 has not shown who it is, and gets no certificate",
    "nobody can sign: %(why)s",
    "the CSR has %(count)s characters; %(most)s are allowed",
    "the CSR is not a PEM certificate request that can be read",
    "the RSA key has %(bits)s bits; %(least)s to %(most)s are allowed",
    "the key is on the curve %(curve)s; %(curves)s can be used",
    "the key is neither RSA nor ECDSA",
    "the CSR is signed with no hash; SHA-256 or better is needed",
    "the CSR is signed with %(hash)s; SHA-256 or better is needed",
    "the CSR's signature does not belong to its key",
    "the charge point's serial number is not known here: it did not tell it at boot, and no admin has set it",
    "CN is missing or not the only one, not the charge point's serial number %(wanted)s",
    "CN is %(name)s, not the charge point's serial number %(wanted)s",
    "O is missing or not the only one, not CPO_NAME %(wanted)s",
    "O is %(name)s, not CPO_NAME %(wanted)s",
    "the charge point has sent a newer CSR",
    "the charge point has sent no CSR in time",
    "asked again",
    "the charge point answered %(status)s when it was asked to renew",
    "waits for its turn",
    "it expired before it could be delivered",
    "the charge point refused the certificate",
    "what was signed cannot be used: %(why)s",
    "the first certificate is for another key than the CSR's",
    "the certificate is not valid now",
    "the certificate must not be used by TLS clients",
    "the chain has more than %(most)s characters",
    "the certificates are not each issued by the next one, the last one by CA_CERT",
    "a certificate's algorithm is not known",
    "CA_COMMAND cannot be run: %(detail)s",
    "CA_COMMAND ended with status %(status)s: %(detail)s",
    "CA_COMMAND printed more than %(most)s bytes",
    "CA_COMMAND did not end in time",
    "CA_COMMAND printed no PEM certificates",
)

# Why a command was not sent (app/commands.py, app/command_outcomes.py, app/configuration, ocpp_server/calls.py).
NOT_SENT: Sequence[str] = (
    "the charge point is rejected: nothing is sent to it",
    "the charge point has not been accepted yet",
    "the charge point was removed meanwhile",
    "the charge point does not support %(action)s: %(why)s; `force` sends it all the same",
    "%(id)s: %(action)s: %(count)s calls wait already",
    "the server stopped before an answer came",
    "the server stopped before this was sent",
)

# Where in a table something is wrong (app/csv_rows.py, app/tags/importing.py).
PLACES: Sequence[str] = ("line %(number)s, %(column)s", "line %(number)s", "header", "file")

TOLD: Sequence[str] = (*REFUSED, *DROPPED, *CERTIFICATES, *NOT_SENT, *PLACES)
