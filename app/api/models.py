"""What requests look like: the bases of every body, query and path."""

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictInt, StringConstraints, model_validator

MAX_PAGE = 500


def _aware(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Key = Annotated[str, StringConstraints(min_length=1, max_length=100)]
IdTagText = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,20}$")]
ConnectorId = Annotated[StrictInt, Field(ge=1, le=100)]
Moment = Annotated[datetime, AfterValidator(_aware)]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]


class Body(BaseModel):
    """A JSON object; a field that is not declared is refused with its name."""

    model_config = ConfigDict(extra="forbid")

    token: str | None = Field(
        None, max_length=4096, description="The access token, for clients that cannot set headers."
    )

    @model_validator(mode="before")
    @classmethod
    def _nothing_is_an_empty_object(cls, value: Any) -> Any:
        return {} if value is None else value

    def given(self) -> dict[str, Any]:
        """Return the fields that the client sent."""
        return self.model_dump(exclude_unset=True, exclude={"token"})


class Nothing(Body):
    """No fields."""


class PageQuery(BaseModel):
    """`limit` items at a time; `cursor` is the `next` of the page before."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(50, ge=1, le=MAX_PAGE)
    cursor: str | None = Field(None, max_length=500)


class ChargePointPath(BaseModel):
    charge_point_id: Key


class SessionPath(BaseModel):
    session_id: Key


class UserPath(BaseModel):
    username: Key


class IdTagPath(BaseModel):
    idTag: Key  # noqa: N815 - the article's name


class CommandPath(BaseModel):
    command_id: Key


class Problem(BaseModel):
    """RFC 9457: what went wrong. `code` is stable and meant for programs, `detail` for people."""

    type: str
    status: int
    code: str
    detail: str
    request_id: str | None = None
    errors: list[dict[str, str]] | None = None
