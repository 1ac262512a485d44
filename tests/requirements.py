"""What a machine may lack: a test that needs it is skipped, or fails where all must be there (`REQUIRE_ALL=1`)."""

import os
import shutil
from pathlib import Path

import pytest

NODE = Path(__file__).parent / "node"


def need(there: bool, what: str) -> None:
    """Skip the running test for want of something, with what would help as the reason."""
    if there:
        return
    if os.environ.get("REQUIRE_ALL") == "1":
        pytest.fail(what, pytrace=False)
    pytest.skip(what)


def need_node() -> Path:
    """Return the directory of the JavaScript clients, which are installed there."""
    need(shutil.which("node") is not None, "node is missing: apt-get install nodejs npm, then make node")
    installed = all((NODE / "node_modules" / name).is_dir() for name in ("axe-core", "newman", "ocpp-rpc"))
    need(installed, "the JavaScript clients are not installed: make node")
    return NODE
