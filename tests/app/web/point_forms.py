"""Forms on a charge point's pages, which it has to answer."""

import httpx

from tests.app.stories import meanwhile
from tests.app.web.visitors import Visitor
from tests.live import Charger


def answered(
    charger: Charger, visitor: Visitor, path: str, count: int = 1, status: int = 303, **fields: str
) -> httpx.Response:
    """Send a form and let the charge point answer what it is asked; return the page that one sees then."""
    sending = meanwhile(lambda: visitor.send(path, **fields))
    charger.serve(count)
    answer = sending()
    assert answer.status_code == status, answer.text
    return visitor.get(answer.headers["Location"]) if status == 303 else answer
