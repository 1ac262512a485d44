"""A command of the operator's that signs: it gets the CSR on its standard input and prints the PEM chain."""

import os
import selectors
import signal
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress

from app.config import Settings
from app.errors import SigningFailed

MOST_OUTPUT = 65_536
MOST_COMPLAINT = 200


def run_signer(command: Sequence[str], csr: str, seconds: float) -> str:
    """Run a command without a shell and return what it prints; raises SigningFailed.

    It is killed, with all it started, after `seconds` or when it prints without end. It does not see this server's
    settings, for there are secrets among them.
    """
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=_environment(),
            start_new_session=True,
        )
    except OSError as error:
        raise SigningFailed(f"CA_COMMAND cannot be run: {(error.strerror or str(error)).lower()}") from None
    with process:
        try:
            output, complaint = _talk(process, csr.encode(), time.monotonic() + seconds)
        except BaseException:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            raise
    if process.returncode != 0:
        said = ascii(complaint.decode(errors="replace").strip()[-MOST_COMPLAINT:])
        raise SigningFailed(f"CA_COMMAND ended with status {process.returncode}: {said}")
    return output.decode("ascii", errors="replace")


def _environment() -> dict[str, str]:
    settings = {name.upper() for name in Settings.model_fields}
    return {name: value for name, value in os.environ.items() if name.upper() not in settings}


def _talk(process: subprocess.Popen[bytes], csr: bytes, deadline: float) -> tuple[bytes, bytes]:
    """Hand over the CSR and read both outputs to their ends."""
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    # A CSR is smaller than a pipe's buffer, so this does not wait; who does not read it may have hung up.
    with suppress(BrokenPipeError), process.stdin:
        process.stdin.write(csr)
    read: dict[object, bytearray] = {process.stdout: bytearray(), process.stderr: bytearray()}
    with selectors.DefaultSelector() as selector:
        for pipe in (process.stdout, process.stderr):
            selector.register(pipe, selectors.EVENT_READ)
        while selector.get_map():
            for ready, _events in selector.select(_left(deadline)):
                piece = os.read(ready.fd, MOST_OUTPUT)
                read[ready.fileobj] += piece
                if not piece:
                    selector.unregister(ready.fileobj)
                if len(read[ready.fileobj]) > MOST_OUTPUT:
                    raise SigningFailed(f"CA_COMMAND printed more than {MOST_OUTPUT} bytes")
    try:
        process.wait(_left(deadline))
    except subprocess.TimeoutExpired:
        raise SigningFailed("CA_COMMAND did not end in time") from None
    return bytes(read[process.stdout]), bytes(read[process.stderr])


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise SigningFailed("CA_COMMAND did not end in time")
    return left
