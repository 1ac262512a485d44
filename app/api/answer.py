"""What answers look like, for the OpenAPI document; tests hold every answer they get against it."""

from pydantic import BaseModel, ConfigDict, create_model

Time = str


class Answer(BaseModel):
    """A JSON object; what is not known is left out."""

    model_config = ConfigDict(extra="forbid")


def page_of(item: type[BaseModel]) -> type[BaseModel]:
    """Return the model of a page of such items; `next` goes into `cursor` for the next one, null at the end."""
    name = f"{item.__name__.removesuffix('Answer')}Page"
    return create_model(name, __base__=Answer, items=(list[item], ...), next=(str | None, ...))  # type: ignore[valid-type]
