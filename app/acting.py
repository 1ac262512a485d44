"""On whose behalf this thread changes things at the moment: a person, while his request is served, or nobody."""

from contextvars import ContextVar
from dataclasses import dataclass

from app.domain.roles import Role


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks, and from where."""

    username: str
    role: Role
    address: str
    request_id: str


acting: ContextVar[Actor | None] = ContextVar("acting", default=None)
