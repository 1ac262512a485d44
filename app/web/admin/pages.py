"""The groups of these pages."""

from app.web.admin import campaigns, firmware, quarantine, sessions, tags, tariffs, why

PAGES = (sessions, quarantine, tags, tariffs, firmware, campaigns, why)
