"""Every text field of every body × everything that is not such a text: told by field and reason, stored by nobody."""

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import ValidationError

from app import create_app
from app.api.account import PasswordChange
from app.api.documentation import document
from tests.app.stories import calling_from, problem
from tests.live import Api, Server

NOT_A_TEXT = {
    "an object": {"a": "b"},
    "an operator": {"$ne": None},
    "a comparison": {"$gt": ""},
    "a regular expression": {"$regex": ".*"},
    "an array": ["x"],
    "a number": 12345678,
    "a fraction": 1.5,
    "a boolean": True,
    "too long": "x" * 5000,
    "empty": "",
    "with a NUL": "x\x00 and then enough",
    "with an escape": "x\x1b[31m and enough",
    "with a newline": "x\nand then enough",
    "with a C1 control": "x\x9b and then enough",
}
# A refresh token is judged as a token, before anything else; old and new password are looked at below.
ELSEWHERE = {"/api/refresh", "/api/me/password"}
# A certificate has lines, and many; it is judged as a certificate.
NOT_ONE_LINE = {"certificate"}


def bodies() -> Iterator[tuple[str, str, dict[str, Any], str]]:
    """Yield method, path, a good body's schema and a name of each field that holds text."""
    api = document(create_app(secret="0" * 32))
    components = api["components"]["schemas"]
    for path, operations in api["paths"].items():
        for method, operation in operations.items():
            content = operation.get("requestBody", {}).get("content", {})
            if "application/json" not in content or path in ELSEWHERE or "/commands/" in path:
                continue
            schema = content["application/json"]["schema"]
            schema = components[schema["$ref"].rpartition("/")[2]]
            for name, field in schema["properties"].items():
                named = (
                    components.get(each.get("$ref", "").rpartition("/")[2], each)
                    for each in field.get("anyOf", [field])
                )
                kinds = {each.get("type", "string") for each in named}
                if "string" in kinds and name != "token" and name not in NOT_ONE_LINE:
                    yield method, path, schema, name


@pytest.fixture(scope="module")
def admin(server: Server, root: Api) -> Iterator[Api]:
    """Calls from an address of its own, for so many sign-ups would use up what one address may."""
    with calling_from(server, "127.0.0.5") as api:
        api.use(root.tokens)
        yield api


@pytest.fixture(scope="module")
def paths(root: Api) -> dict[str, str]:
    """What stands in the paths: things that exist."""
    return {
        "charge_point_id": root.post("/api/charge_points", id="Fields-of-bodies").json()["id"],
        "idTag": root.post("/api/id_tags", {}).json()["idTag"],
        "quarantine_id": "0" * 32,
        "charging_profile_id": root.post(
            "/api/charging_profiles",
            {"name": "Fields", "purpose": "TxDefaultProfile", "kind": "Relative", "unit": "A"}
            | {"periods": [{"start_period": 0, "limit": 16}]},
        ).json()["charging_profile_id"],
        "tariff_id": root.post("/api/tariffs", name="Fields", currency="EUR").json()["tariff_id"],
        "username": root.post("/api/users", username="fields-of-bodies", password="long enough").json()["username"],
        "vehicle_id": root.post("/api/me/vehicles", name="Fields").json()["vehicle_id"],
    }


@pytest.mark.parametrize(("method", "path", "schema", "field"), list(bodies()))
def test_what_is_not_a_text_is_refused_with_its_field(
    admin: Api, paths: dict[str, str], method: str, path: str, schema: dict[str, Any], field: str
) -> None:
    for kind, value in NOT_A_TEXT.items():
        refused = admin.http.request(method, path.format(**paths), json={field: value})
        errors = {e["field"]: e["message"] for e in problem(refused, 422, "bad_input")["errors"]}
        assert errors.get(field), f"{kind}: {errors}"
        assert "^" not in errors[field], "a pattern is no message"
    if field in schema.get("required", ()) or "anyOf" not in schema["properties"][field]:
        refused = admin.http.request(method, path.format(**paths), json={field: None})
        assert field in {e["field"] for e in problem(refused, 422, "bad_input")["errors"]}


@pytest.mark.parametrize("kind", NOT_A_TEXT)
def test_passwords_to_be_changed_are_texts_too(kind: str) -> None:
    for field in ("old_password", "new_password"):
        good = {"old_password": "good enough", "new_password": "good enough"}
        with pytest.raises(ValidationError) as caught:
            PasswordChange.model_validate({**good, field: NOT_A_TEXT[kind]})
        assert [e["loc"] for e in caught.value.errors()] == [(field,)]


@pytest.mark.parametrize(
    "moment",
    [
        "banana",
        "",
        5,
        1e12,
        True,
        "2030-02-30T00:00:00Z",
        "222222017-10-27T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
    ],
)
def test_a_time_that_is_none_is_refused(root: Api, moment: object) -> None:
    refused = problem(root.post("/api/id_tags", expiry_date=moment), 422, "bad_input")
    assert refused["errors"] == [
        {"field": "expiry_date", "message": "must be a date and time, such as 2030-12-31T18:00:00Z"}
    ]


def test_a_time_is_kept_as_the_instant_it_means(root: Api) -> None:
    tag = root.post("/api/id_tags", expiry_date="2030-06-01T12:00:00.5+02:00").json()
    assert tag["expiry_date"] == "2030-06-01T10:00:00.500Z"


@pytest.mark.parametrize("number", [0, -1, 1001, 1.5, "1", True, None, {"$gt": 0}, 2**70])
def test_a_number_that_is_none_is_refused(root: Api, number: object) -> None:
    refused = problem(root.post("/api/id_tags", concurrent_limit=number), 422, "bad_input")
    assert refused["errors"][0]["field"] == "concurrent_limit"


@pytest.mark.parametrize("profile", [4, -1, True, "1", None, 0.5])
def test_a_security_profile_that_is_none_is_refused(root: Api, profile: object) -> None:
    refused = problem(root.post("/api/charge_points", id="Wrong-profile", security_profile=profile), 422, "bad_input")
    assert refused["errors"][0]["field"] == "security_profile"
