"""Smart charging: profiles, sent and believed to be installed."""
