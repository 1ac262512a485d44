"""Accounts, as admins keep them."""

from typing import Any

from flask_openapi3 import Tag
from pydantic import Field

from app.api.account import Email, Password, Username
from app.api.answer import page_of
from app.api.answers_accounts import UserAnswer
from app.api.context import current_user, services
from app.api.models import Body, Language, PageQuery, Text, UserPath
from app.api.paging import page
from app.api.policy import requires
from app.api.routes import Routes
from app.api.views import user_json
from app.domain.roles import Role
from app.storage.collection import equal

api = Routes("users", __name__, url_prefix="/api/users", abp_tags=[Tag(name="Users")])


class UserFields(Body):
    role: Role = Role.USER
    email: Email | None = None
    name: Text | None = None
    language: Language = "en"


class NewUser(UserFields):
    username: Username = Field(json_schema_extra={"example": "staff1"})
    password: Password


class UserChange(UserFields):
    disabled: bool = Field(False, strict=True, description="A disabled account is logged out and its tags are blocked.")


class UserQuery(PageQuery):
    role: Role | None = None
    disabled: bool | None = None


@api.get("", summary="Users", responses={200: page_of(UserAnswer)})
@requires(Role.ADMIN)
def list_users(query: UserQuery) -> dict[str, Any]:
    return page(services.storage.users, equal([("role", query.role), ("disabled", query.disabled)]), query, user_json)


@api.post("", summary="Create a user", responses={201: UserAnswer})
@requires(Role.ADMIN)
def create_user(body: NewUser) -> tuple[dict[str, Any], int]:
    """Admins create users and staff; root creates admins and roots."""
    profile = {k: v for k, v in body.given().items() if k in ("email", "name", "language") and v is not None}
    user = services.accounts.create_as(current_user(), body.username, body.password, body.role, profile)
    return user_json(user), 201


@api.get("/<username>", summary="One user", responses={200: UserAnswer})
@requires(Role.ADMIN)
def get_user(path: UserPath) -> dict[str, Any]:
    return user_json(services.accounts.named(path.username))


@api.patch(
    "/<username>", summary="Change a user's role or profile, or disable the account", responses={200: UserAnswer}
)
@requires(Role.ADMIN)
def change_user(path: UserPath, body: UserChange) -> dict[str, Any]:
    return user_json(services.accounts.change_as(current_user(), path.username, body.given()))


@api.delete("/<username>", summary="Delete a user", responses={204: None})
@requires(Role.ADMIN)
def delete_user(path: UserPath) -> tuple[str, int]:
    """As if he had done it himself: his sessions stay under a pseudonym, everything else about him is forgotten."""
    services.erasure.erase_as(current_user(), path.username)
    return "", 204
