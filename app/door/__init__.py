"""Who may come in: handshakes judged, security profiles and keys, newcomers, registration."""
