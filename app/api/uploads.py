"""Files in request bodies, raw or in a form, handed on piece by piece as they arrive."""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar, cast

from flask import Flask, Request, request
from flask_openapi3 import RawModel
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.sansio.multipart import Data, Epilogue, Event, Field, File, MultipartDecoder, NeedData

from app.api.context import services
from app.errors import BadInput, TooLarge
from app.http_worker import take_time

View = TypeVar("View", bound=Callable[..., Any])
_ATTRIBUTE = "chargebridge_takes_file"
_FORM_ATTRIBUTE = "chargebridge_takes_form"

READ_BYTES = 64 * 1024
MAX_FIELD_BYTES = 16 * 1024
MAX_PARTS = 20
FORM_BYTES = 64 * 1024
# The length is bounded while the file is written, where a chunked body shows it.
UNBOUNDED = 2**62


class FileBody(RawModel):
    """A file as it is, or in a form as the part `file`."""

    mimetypes = ["application/octet-stream", "multipart/form-data"]


def takes_file(view: View) -> View:
    """Declare a route whose body is a file and not JSON, and whose view bounds its length."""
    setattr(view, _ATTRIBUTE, True)
    return view


def is_file_expected(app: Flask) -> bool:
    """Tell whether the request at hand is for a route that takes a file."""
    return request.endpoint is not None and hasattr(app.view_functions[request.endpoint], _ATTRIBUTE)


def takes_form(view: View) -> View:
    """Declare a route of a page, whose body is a form's fields and not JSON, within the same bounds."""
    setattr(view, _FORM_ATTRIBUTE, True)
    return view


def is_form_expected(app: Flask) -> bool:
    """Tell whether the request at hand is for a page."""
    return request.endpoint is not None and hasattr(app.view_functions[request.endpoint], _FORM_ATTRIBUTE)


def end_silence() -> None:
    """Give up on a peer that neither sends nor takes anything for FILE_IDLE_TIMEOUT seconds."""
    connection = request.environ.get("gunicorn.socket")
    if connection is not None:
        take_time(connection, services.settings.file_idle_timeout)


class Upload:
    """The file of the request at hand. `fields` and `file_name` are complete when `pieces` is read to its end."""

    def __init__(self, limit: int) -> None:
        """Raise TooLarge at once for a body that says it has more than `limit` bytes, and a form's around them."""
        self._request = cast(Request, request._get_current_object())  # type: ignore[attr-defined]
        self._request.max_content_length = UNBOUNDED
        if (self._request.content_length or 0) > limit + FORM_BYTES:
            raise TooLarge(f"at most {limit} bytes")
        self.fields: dict[str, str] = {}
        self.file_name: str | None = None

    @property
    def is_form(self) -> bool:
        return self._request.mimetype == "multipart/form-data"

    def pieces(self) -> Iterator[bytes]:
        """Give the file's bytes; raises BadInput when the body breaks off or is not what it says it is."""
        return self._from_form() if self.is_form else self._body()

    def _body(self) -> Iterator[bytes]:
        announced, arrived = self._request.content_length, 0
        while piece := self._request.stream.read(READ_BYTES):
            arrived += len(piece)
            yield piece
        if announced is not None and arrived != announced:
            raise BadInput("body", f"broke off after {arrived} of {announced} bytes")

    def _from_form(self) -> Iterator[bytes]:
        field = ""
        in_file = found = False
        for event in self._events():
            match event:
                case File(filename=name):
                    if found:
                        raise BadInput("file", "one file at a time")
                    in_file = found = True
                    self.file_name = name
                case Field(name="file"):
                    in_file = found = True
                case Field(name=name):
                    in_file, field = False, str(name)[:100]
                    self.fields[field] = ""
                case Data(data=data) if in_file:
                    yield bytes(data)
                case Data(data=data):
                    self.fields[field] += data.decode("utf-8", "replace")
                    if len(self.fields[field]) > MAX_FIELD_BYTES:
                        raise BadInput(field, f"at most {MAX_FIELD_BYTES} characters")
        if not found:
            raise BadInput("file", "is required")

    def _events(self) -> Iterator[Event]:
        boundary = self._request.mimetype_params.get("boundary", "")
        decoder = MultipartDecoder(boundary.encode("latin-1", "replace"), 4 * READ_BYTES, max_parts=MAX_PARTS)
        try:
            for piece in self._and_end():
                decoder.receive_data(piece)
                while not isinstance(event := decoder.next_event(), NeedData | Epilogue):
                    yield event
        except (ValueError, RequestEntityTooLarge) as error:
            raise BadInput("body", "is not a readable form") from error

    def _and_end(self) -> Iterator[bytes | None]:
        yield from self._body()
        yield None
