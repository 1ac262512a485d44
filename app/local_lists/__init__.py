"""Local authorization lists: what belongs in them, and how it gets there."""
