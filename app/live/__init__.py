"""Live updates: what apps and pages are told of as it happens, and how they wait for it."""
