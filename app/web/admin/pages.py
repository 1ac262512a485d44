"""The groups of these pages."""

from app.web.admin import campaigns, firmware, quarantine, sessions, tags, tariffs, users, why

PAGES = (sessions, quarantine, tags, tariffs, firmware, campaigns, users, why)
