"""An audience for tests of the server alone."""

from ocpp_server.live import Watcher


class AudienceInMemory:
    """Lets everybody in who shows a name: as himself, hearing of all and of what is his own."""

    def __init__(self) -> None:
        self.failure: Exception | None = None

    async def admit(self, ticket: str) -> Watcher | None:
        if self.failure is not None:
            raise self.failure
        return Watcher(ticket, f"login of {ticket}", frozenset({"all", ticket})) if ticket else None
