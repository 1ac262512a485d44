"""What answers about accounts, their logins and their tags look like."""

from app.api.answer import Answer, Time
from app.domain.id_tags import IdTagKind, IdTagStatus
from app.domain.roles import Role


class Tokens(Answer):
    """A login: `expires_in` seconds for the access token; `idTag` is what chargers know the driver by."""

    access_token: str
    refresh_token: str
    expires_in: int
    idTag: str  # noqa: N815 - the article's name
    role: Role
    username: str


class UserAnswer(Answer):
    username: str
    role: Role
    idTag: str  # noqa: N815
    email: str | None = None
    name: str | None = None
    language: str
    disabled: bool
    created_at: Time | None = None


class IdTagAnswer(Answer):
    idTag: str  # noqa: N815
    kind: IdTagKind
    status: IdTagStatus
    expiry_date: Time | None = None
    parent_id_tag: str | None = None
    concurrent_limit: int
    label: str | None = None
    username: str | None = None
    vehicle_id: str | None = None
    created_at: Time | None = None
    last_used_at: Time | None = None


class LiveTicket(Answer):
    """`url` is where to open the WebSocket, ticket included; `expires_in` is in seconds."""

    url: str
    ticket: str
    expires_in: int
