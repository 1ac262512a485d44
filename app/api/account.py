"""Accounts: sign up, log in, stay logged in, one's own profile and tags, and the end of it."""

from typing import Annotated, Any

from flask_jwt_extended import get_jwt
from flask_openapi3 import Tag
from pydantic import AfterValidator, Field, StringConstraints

from app.accounts import LoggedIn
from app.api import limits
from app.api.answer import page_of
from app.api.answers_accounts import IdTagAnswer, Tokens, UserAnswer
from app.api.auth import LOGIN_CLAIM, ONCE_CLAIM, tokens_for
from app.api.context import current_user, services
from app.api.models import Body, IdTagPath, Language, Nothing, PageQuery, Printable, Text, shaped
from app.api.paging import page
from app.api.policy import public, requires, requires_refresh_token
from app.api.routes import Routes
from app.api.views import id_tag_json, user_json
from app.domain.roles import Role
from app.domain.users import PASSWORD_MAX, PASSWORD_MIN, USERNAME_IN_WORDS, USERNAME_PATTERN
from app.storage.collection import equal
from app.tags.own import block_own

api = Routes("account", __name__, url_prefix="/api", abp_tags=[Tag(name="Account")])

Username = Annotated[
    str,
    AfterValidator(shaped(USERNAME_PATTERN, f"must be {USERNAME_IN_WORDS}")),
    Field(json_schema_extra={"minLength": 3, "maxLength": 64, "pattern": f"^{USERNAME_PATTERN}$"}),
]
Password = Annotated[str, StringConstraints(min_length=PASSWORD_MIN, max_length=PASSWORD_MAX), Printable]
Typed = Annotated[str, StringConstraints(min_length=1, max_length=PASSWORD_MAX), Printable]
Email = Annotated[
    str,
    StringConstraints(max_length=254),
    Printable,
    AfterValidator(shaped(r"[^@\s]+@[^@\s]+\.[^@\s]+", "must be an e-mail address")),
]


class Profile(Body):
    email: Email | None = None
    name: Text | None = None
    language: Language = "en"


class Signup(Profile):
    username: Username = Field(json_schema_extra={"example": "driver1"})
    password: Password = Field(json_schema_extra={"example": "correct horse"})


class Login(Body):
    username: Typed = Field(max_length=64, json_schema_extra={"example": "driver1"})
    password: Typed = Field(json_schema_extra={"example": "correct horse"})


class Refresh(Body):
    refresh_token: str | None = Field(None, max_length=4096, description="Or send it as the bearer token.")


class PasswordChange(Body):
    old_password: Typed
    new_password: Password


class Farewell(Body):
    password: Typed


@api.post("/signup", summary="Create an account and log in", responses={201: Tokens})
@public
@limits.signups
def signup(body: Signup) -> tuple[dict[str, Any], int]:
    """The account gets an idTag of its own: what a charger knows the driver by."""
    return tokens_for(new_account(body)), 201


def new_account(body: Signup, **profile: Any) -> LoggedIn:
    """Create an account for who asks, and log him in; `profile` is what holds where he has said nothing."""
    given = {k: v for k, v in body.given().items() if k in Profile.model_fields and v is not None}
    user = services.accounts.create(body.username, body.password, Role.USER, {**profile, **given})
    return services.accounts.open_login(user)


@api.post("/login", summary="Log in", responses={200: Tokens})
@public
@limits.logins
def login(body: Login) -> dict[str, Any]:
    """The access token lasts 15 minutes, the refresh token 30 days."""
    return tokens_for(services.accounts.log_in(body.username, body.password))


@api.post("/refresh", summary="Exchange the refresh token for a new pair", responses={200: Tokens})
@requires_refresh_token
def refresh(body: Refresh) -> dict[str, Any]:
    """Each refresh token is good once; one shown twice ends the login and all its tokens."""
    claims = get_jwt()
    return tokens_for(services.accounts.rotate(current_user(), claims[LOGIN_CLAIM], claims[ONCE_CLAIM]))


@api.post("/logout", summary="End this login", responses={204: None})
@requires(Role.USER, own=True)
def logout(body: Nothing) -> tuple[str, int]:
    """Both tokens are dead at once."""
    services.accounts.log_out(get_jwt()[LOGIN_CLAIM])
    return "", 204


@api.get("/me", summary="Your account", responses={200: UserAnswer})
@requires(Role.USER, own=True)
def me() -> dict[str, Any]:
    return user_json(current_user())


@api.patch("/me", summary="Change your profile", responses={200: UserAnswer})
@requires(Role.USER, own=True)
def change_me(body: Profile) -> dict[str, Any]:
    return user_json(services.accounts.set_profile(current_user(), body.given()))


@api.delete("/me", summary="Delete your account", responses={204: None})
@requires(Role.USER, own=True)
@limits.passwords
def delete_me(body: Farewell) -> tuple[str, int]:
    """At once and for good, when no session is open. Your idTags stop working, your reservations end. Your sessions
    stay for the books, under a pseudonym that does not lead back to you."""
    services.erasure.erase_own(current_user(), body.password)
    return "", 204


@api.post("/me/password", summary="Change your password", responses={204: None})
@requires(Role.USER, own=True)
@limits.passwords
def change_password(body: PasswordChange) -> tuple[str, int]:
    """All your other logins end."""
    services.accounts.change_password(current_user(), body.old_password, body.new_password, get_jwt()[LOGIN_CLAIM])
    return "", 204


@api.get("/me/id_tags", summary="Your idTags", responses={200: page_of(IdTagAnswer)})
@requires(Role.USER, own=True)
def my_id_tags(query: PageQuery) -> dict[str, Any]:
    return page(services.storage.id_tags, equal([("username", current_user().username)]), query, id_tag_json)


@api.post(
    "/me/id_tags/<idTag>/block",
    summary="Block one of your idTags, for example when a card is lost",
    responses={200: IdTagAnswer},
)
@requires(Role.USER, own=True)
def block_my_id_tag(path: IdTagPath, body: Nothing) -> dict[str, Any]:
    return id_tag_json(block_own(services.storage, current_user(), path.idTag))
