"""What requests look like: the bases of every body, query and path."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictInt,
    StringConstraints,
    model_validator,
)

from app.domain.id_tags import ID_TAG_IN_WORDS, ID_TAG_PATTERN
from app.domain.qr import LONGEST
from app.domain.times import parse_time

MAX_PAGE = 500
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def _without_control_characters(text: str) -> str:
    if _CONTROL.search(text):
        raise ValueError("must not contain control characters")
    return text


def _moment(value: Any) -> datetime:
    moment = parse_time(value)
    if moment is None:
        raise ValueError("must be a date and time, such as 2030-12-31T18:00:00Z")
    return moment


def shaped(pattern: str, words: str) -> Callable[[str], str]:
    """Return a validator of one shape that says in words, not as a pattern, what the shape is."""
    shape = re.compile(pattern)

    def check(text: str) -> str:
        if not shape.fullmatch(text):
            raise ValueError(words)
        return text

    return check


Printable = AfterValidator(_without_control_characters)
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), Printable]
Key = Annotated[str, StringConstraints(min_length=1, max_length=100), Printable]
IdTagText = Annotated[
    str,
    AfterValidator(shaped(ID_TAG_PATTERN, f"must be {ID_TAG_IN_WORDS}")),
    Field(json_schema_extra={"minLength": 1, "maxLength": 20}),
]
LabelText = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST), Printable]
ConnectorId = Annotated[StrictInt, Field(ge=1, le=100)]
Moment = Annotated[datetime, BeforeValidator(_moment)]
Language = Annotated[
    str,
    AfterValidator(shaped("[a-z]{2}", "must be two lower-case letters, such as en")),
    Field(json_schema_extra={"minLength": 2, "maxLength": 2}),
]


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


class ReservationPath(BaseModel):
    reservation_id: int = Field(ge=1, lt=2**31)


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
