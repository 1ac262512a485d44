"""The program as people start it."""

import asyncio
import json
import os
import re
import signal
import sys
import urllib.request
from asyncio.subprocess import PIPE, Process

import pytest

from tests.ocpp_server.simulator.central_system import CentralSystem
from tests.ocpp_server.simulator.conftest import Play


async def start(*arguments: str, stdin: int = PIPE) -> Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "ocpp_server.simulator", *arguments, stdin=stdin, stdout=PIPE, stderr=PIPE
    )


async def line_with(process: Process, words: str) -> str:
    assert process.stdout is not None
    async with asyncio.timeout(10):
        while words not in (line := (await process.stdout.readline()).decode()):
            assert line, (await process.communicate())[1].decode()
    return line


async def end(process: Process, how: int) -> tuple[int | None, str]:
    process.send_signal(how)
    async with asyncio.timeout(10):
        _, errors = await process.communicate()
    return process.returncode, errors.decode()


@pytest.mark.skipif(os.name != "posix", reason="signals as POSIX knows them")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_it_runs_until_it_is_told_to_end_and_leaves_no_trace_of_an_error(play: Play, how: int) -> None:
    async def story() -> None:
        async with CentralSystem() as central_system:
            base = f"ws://127.0.0.1:{central_system.port}/ocpp"
            process = await start(base, "CP001", "CP002", "--control", "0")
            address = re.search(r"http://\S+", await line_with(process, "control API"))
            await line_with(process, "CP002 accepted")
            await central_system.until(lambda: len(central_system.of("StatusNotification")) == 4)
            assert address is not None
            body = await asyncio.to_thread(lambda: urllib.request.urlopen(address[0], timeout=5).read())
            assert [each["charge_point_id"] for each in json.loads(body)["charge_points"]] == ["CP001", "CP002"]
            assert await end(process, how) == (0, "")
            await central_system.until(lambda: len(central_system.closed) == 2)
            assert {each.close_code for each in central_system.closed} == {1001}

    play(story())


def test_a_refusal_is_one_line_that_says_what_to_do(play: Play) -> None:
    async def story() -> None:
        async with CentralSystem() as central_system:
            central_system.refusal = (401, {})
            process = await start(central_system.url(), "--quiet")
            assert "CP001 refused with 401 Unauthorized: a password is required" in await line_with(process, "401")
            assert await end(process, signal.SIGINT) == (0, "")

    play(story())


@pytest.mark.skipif(os.name != "posix", reason="a terminal as POSIX knows it")
def test_lines_typed_at_a_terminal_are_obeyed(play: Play) -> None:
    async def story() -> None:
        keyboard, terminal = os.openpty()
        try:
            async with CentralSystem() as central_system:
                process = await start(central_system.url(), "--auto-unplug", "0", stdin=terminal)
                await line_with(process, "type help")
                await line_with(process, "accepted")
                os.write(keyboard, b"plug 1\nstart 1 TAG\n")
                await line_with(process, "Charging")
                os.write(keyboard, b"stop 1\nstatus\n")
                await line_with(process, "CP001/1 Available")
                await line_with(process, "connected, registration Accepted, 0 queued")
                os.write(keyboard, b"\x04")  # end of input is not the end of the charge point
                await central_system.call("RemoteStartTransaction", idTag="REMOTE", connectorId=1)
                await line_with(process, "Preparing")
                assert await end(process, signal.SIGINT) == (0, "")
                assert [each["idTag"] for each in central_system.of("StartTransaction")] == ["TAG"]
        finally:
            os.close(keyboard)
            os.close(terminal)

    play(story())
