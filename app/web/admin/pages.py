"""The groups of these pages."""

from app.web.admin import quarantine, sessions, tags

PAGES = (sessions, quarantine, tags)
