"""Operators' pages about everything but charge points: sessions, messages set aside, tags, tariffs, firmware."""
