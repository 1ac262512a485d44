"""The groups of these pages."""

from app.web.admin import quarantine, sessions

PAGES = (sessions, quarantine)
