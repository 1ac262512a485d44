"""The rules: pure functions and frozen dataclasses; no storage, no sockets, no clock of their own."""
