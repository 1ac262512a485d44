"""What a browser says of a page behind the reader's back: errors, and requests to anybody else."""

from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Page, Request


class Watch:
    """Listens to a window from its opening to its end."""

    def __init__(self, page: Page, url: str) -> None:
        self._host = urlsplit(url).hostname
        self._wrong: list[str] = []
        page.on("console", self._said)
        page.on("pageerror", lambda error: self._wrong.append(f"script: {error}"))
        page.context.on("request", self._asked)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self._wrong.append(f"{message.type}: {message.text} ({message.location.get('url')})")

    def _asked(self, request: Request) -> None:
        asked = urlsplit(request.url)
        if asked.scheme in ("http", "https", "ws", "wss") and asked.hostname != self._host:
            self._wrong.append(f"asked {asked.hostname}: {request.url}")

    def assert_all_was_well(self) -> None:
        assert not self._wrong, "\n".join(self._wrong)
