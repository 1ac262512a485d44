"""What is known of charge points: their configuration, and what follows for what they can do."""
