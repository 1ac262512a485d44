"""MongoDB, and only here: one file per collection, indexes declared beside each."""
