"""The settings that this process runs with; they are changed in its environment."""

from typing import Any

from flask_openapi3 import Tag

from app.api.answer import Answer
from app.api.context import services
from app.api.policy import requires
from app.api.routes import Routes
from app.config import SECRETS, Settings
from app.domain.roles import Role
from app.storage.audit import MASK

api = Routes("settings", __name__, url_prefix="/api", abp_tags=[Tag(name="Settings")])


class SettingsAnswer(Answer):
    """By the names that they have in the environment; null is not set, of a secret only whether it is set."""

    settings: dict[str, Any]


@api.get("/settings", summary="The settings this server runs with", responses={200: SettingsAnswer})
@requires(Role.ROOT)
def get_settings() -> dict[str, Any]:
    """To change one, set it in the environment or in `.env` and start the server again."""
    return {"settings": shown_settings(services.settings)}


def shown_settings(settings: Settings) -> dict[str, Any]:
    """Return the settings by their names in the environment, without what is secret."""
    shown = settings.model_dump(mode="json")
    return {name.upper(): MASK if name in SECRETS and value else value for name, value in shown.items()}
