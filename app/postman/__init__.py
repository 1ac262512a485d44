"""The Postman collection and its environments, made from the OpenAPI document: the same document, the same bytes."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from app.postman.charge_a_car import charge_a_car
from app.postman.environment import DEMO, environment
from app.postman.every_operation import every_operation
from app.postman.operations import operations
from app.postman.scripts import EVERY_ANSWER
from app.postman.set_up import set_up
from app.postman.shapes import collection
from app.postman.virtual_charger import virtual_charger

DESCRIPTION = """\
The API of ChargeBridge, as a mobile app and an operator use it.

1. Choose the environment *ChargeBridge demo* for what `make demo` has started: nothing need be entered. For a server of
   your own choose *ChargeBridge* and set `base_url`.
2. As an operator of a server of your own, enter `root_username` and `root_password` and run **Set up**: it adds the
   charge point `charge_point_id` and accounts to try things with. Then connect a charger, or a virtual one:
   `python -m ocpp_server.simulator ws://127.0.0.1:9000/ocpp/CP001 --password <charge_point_password> --control 9001`
3. Run **Charge a car**, or send its requests one by one. Without `username` and `password` it signs up a new driver.
4. **Drive a virtual charger** plugs in, unplugs, goes offline and sends a late stop, at `virtual_charger_url`.
5. **As a driver**, **As staff**, **As an admin**, **As root** and **Without a login** have every operation there is,
   with examples that work. Whoever is needed is logged in by itself; what needs an account that the environment does
   not name is skipped. What changes or deletes does so to things made for that purpose, so the whole collection can be
   run from top to bottom. Each request's test names the statuses that are right: success, and where a charge point has
   its say also 409 (it is offline or will not), 502 (it answered with an error) and 504 (it did not answer).
   UpdateFirmware and GetDiagnostics need `base_url` to be the address by which the server calls itself (its setting
   PUBLIC_URL).

This file is generated: `make postman`.
"""


def write(document: dict[str, Any], directory: str) -> Iterable[Path]:
    """Write the collection of an OpenAPI document and the environments; return their paths."""
    folders = [set_up(), charge_a_car(), virtual_charger(), *every_operation(operations(document))]
    files = {
        "chargebridge.postman_collection.json": collection("ChargeBridge", DESCRIPTION, folders, EVERY_ANSWER),
        "chargebridge.postman_environment.json": environment("ChargeBridge"),
        "demo.postman_environment.json": environment("ChargeBridge demo", DEMO),
    }
    Path(directory).mkdir(parents=True, exist_ok=True)
    paths = []
    for name, content in files.items():
        paths.append(Path(directory) / name)
        paths[-1].write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return paths
