"""The groups of these pages."""

from app.web.admin import quarantine, sessions, tags, tariffs

PAGES = (sessions, quarantine, tags, tariffs)
