"""How what is told live looks: as in the answers of the API, though there is no request."""

from typing import Any

from flask import Flask

from app.api.views import charge_point_for_drivers, charge_point_for_staff, session_json
from app.domain.charge_points import ChargePoint
from app.domain.sessions import Session


class LiveViews:
    """Any thread may ask; `app` has the services that views look things up with."""

    def __init__(self, app: Flask) -> None:
        self._app = app

    def session(self, session: Session) -> dict[str, Any]:
        with self._app.app_context():
            return session_json(session)

    def charge_point(self, charge_point: ChargePoint, *, staff: bool) -> dict[str, Any]:
        with self._app.app_context():
            return charge_point_for_staff(charge_point) if staff else charge_point_for_drivers(charge_point)
