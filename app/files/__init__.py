"""Files to and from charge points: one-time links, orders, progress, diagnostics."""
