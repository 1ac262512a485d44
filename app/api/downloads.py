"""Stored files in answers: whole or in ranges, as attachments that no browser shows."""

from collections.abc import Callable

from flask import Response, request

from app.storage.files import Reader

UNTYPED = "application/octet-stream"


def attachment(reader: Reader, name: str, etag: str, ended: Callable[[], None]) -> Response:
    """Return a file, or the range of it that the request is for; `ended` is called when the answer is over."""
    response = Response(reader, content_type=UNTYPED)
    # First of all, for the answer may be that there is no such range.
    response.call_on_close(ended)
    response.content_length = reader.size
    response.headers.set("Content-Disposition", "attachment", filename=name)
    response.set_etag(etag)
    try:
        response.make_conditional(request, accept_ranges=True, complete_length=reader.size)
    except BaseException:
        response.close()
        raise
    return response
