"""The groups of these pages."""

from app.web.admin import audit, campaigns, firmware, quarantine, sessions, tags, tariffs, users, why

PAGES = (sessions, quarantine, tags, tariffs, firmware, campaigns, users, audit, why)
