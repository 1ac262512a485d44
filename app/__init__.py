"""ChargeBridge: accounts, sessions and commands over HTTP, in front of an OCPP 1.6J server."""

from flask_openapi3 import OpenAPI

from app.api import (
    account,
    attention,
    audit,
    auth,
    authorization,
    capabilities,
    certificates,
    charge_points,
    charger_files,
    charging,
    charging_profiles,
    command_batches,
    commands,
    configuration,
    diagnostics,
    documentation,
    favourites,
    firmware,
    firmware_campaigns,
    firmware_updates,
    health,
    http,
    id_tag_files,
    id_tags,
    labels,
    limits,
    live,
    local_list_groups,
    local_lists,
    messages,
    metrics,
    pending,
    personal_data,
    policy,
    problems,
    qr,
    quarantine,
    receipts,
    reservations,
    root_certificates,
    session_exports,
    sessions,
    settings,
    smart_charging,
    tariffs,
    unknown_tags,
    users,
    vehicles,
)
from app.api.context import EXTENSION
from app.api.models import Problem
from app.services import Services
from app.web import site

RESOURCES = (
    account,
    personal_data,
    vehicles,
    favourites,
    charging,
    session_exports,
    qr,
    sessions,
    receipts,
    live,
    reservations,
    charge_points,
    labels,
    pending,
    messages,
    commands,
    command_batches,
    configuration,
    capabilities,
    id_tags,
    id_tag_files,
    unknown_tags,
    authorization,
    local_lists,
    local_list_groups,
    users,
    attention,
    quarantine,
    audit,
    health,
    metrics,
    settings,
    firmware,
    firmware_updates,
    firmware_campaigns,
    diagnostics,
    certificates,
    root_certificates,
    charger_files,
    charging_profiles,
    smart_charging,
    tariffs,
)


def create_app(secret: str, services: Services | None = None) -> OpenAPI:
    """Assemble the HTTP side; raises LookupError for a route without a policy.

    `secret` signs the tokens. Without `services` it can say what it would serve, and serve nothing.
    """
    app = OpenAPI(
        __name__,
        info=documentation.INFO,
        security_schemes=documentation.SECURITY_SCHEMES,
        validation_error_model=Problem,
        validation_error_callback=problems.on_invalid_input,
        doc_ui=False,
        static_folder=None,
    )
    # Nobody of another origin is asked in, and a view's policy is not asked about OPTIONS.
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    # It would be done by a redirect to wherever the request's Host points.
    app.url_map.merge_slashes = False
    app.extensions[EXTENSION] = services
    https = services is not None and services.settings.http_url.startswith("https:")
    http.register(app, services.settings.trusted_proxies if services else (), tls=https)
    auth.configure(app, secret, https=https)
    if services is not None:
        metrics.register(app, services.metrics.counts)
    problems.register(app)
    for resource in RESOURCES:
        app.register_api(resource.api)
    app.register_blueprint(documentation.bp)
    site.register(app)
    app.register_blueprint(qr.pages)
    policy.register(app)
    limits.register(app)
    return app
