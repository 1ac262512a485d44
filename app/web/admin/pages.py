"""The groups of these pages."""

from app.web.admin import (
    audit,
    campaigns,
    firmware,
    list_groups,
    quarantine,
    reservations,
    security_events,
    sessions,
    tag_lists,
    tags,
    tariffs,
    users,
    why,
)

PAGES = (
    sessions,
    reservations,
    quarantine,
    security_events,
    tags,
    tag_lists,
    list_groups,
    tariffs,
    firmware,
    campaigns,
    users,
    audit,
    why,
)
