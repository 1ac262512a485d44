"""Certificates of charge points, and those they trust."""
