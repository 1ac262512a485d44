"""What every answer's model has in common."""

from pydantic import BaseModel, ConfigDict

Time = str


class Answer(BaseModel):
    """A JSON object; what is not known is left out."""

    model_config = ConfigDict(extra="forbid")
