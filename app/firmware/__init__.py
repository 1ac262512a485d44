"""Firmware: images, signatures, updates, campaigns."""
