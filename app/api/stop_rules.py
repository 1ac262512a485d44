"""A driver's rules for the end of charging, as a request writes them."""

import re
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictInt, model_validator

from app.api.models import Moment
from app.domain.sessions import MOST_PER_SESSION_WH
from app.domain.stop_rules import StopAt

_ZONED = re.compile(r"([Zz]|[+-]\d{2}:?\d{2})\s*\Z")


def _with_zone(value: Any) -> Any:
    if isinstance(value, str) and not _ZONED.search(value):
        raise ValueError("must be a time with its zone, such as 2030-12-31T18:00:00+01:00")
    return value


class StopAtBody(BaseModel):
    """The first rule reached stops the session. The server sees to it, whatever becomes of the app."""

    model_config = ConfigDict(extra="forbid")

    energy_wh: Annotated[StrictInt, Field(ge=1, le=MOST_PER_SESSION_WH)] | None = Field(
        None, description="Watt-hours drawn.", json_schema_extra={"example": 20_000}
    )
    minutes: Annotated[StrictInt, Field(ge=1, le=7 * 24 * 60)] | None = Field(
        None, description="Minutes since the transaction began.", json_schema_extra={"example": 120}
    )
    time: Annotated[Moment, BeforeValidator(_with_zone)] | None = Field(
        None, description="A moment to come, with its zone.", json_schema_extra={"example": "2030-12-31T18:00:00Z"}
    )
    soc: Annotated[StrictInt, Field(ge=1, le=100)] | None = Field(
        None, description="The battery's per cent, where the charge point tells it.", json_schema_extra={"example": 80}
    )
    cost: Annotated[StrictInt, Field(ge=1, lt=2**31)] | None = Field(
        None, description="To be paid, in minor units of the tariff's currency.", json_schema_extra={"example": 1500}
    )

    @model_validator(mode="after")
    def _some_rule(self) -> "StopAtBody":
        if not self.model_dump(exclude_none=True):
            raise ValueError("give at least one rule: " + ", ".join(type(self).model_fields))
        return self

    def rules(self) -> StopAt:
        return StopAt(**self.model_dump())
