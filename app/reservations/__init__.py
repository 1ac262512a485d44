"""Reservations: made by drivers, followed by what charge points tell."""
