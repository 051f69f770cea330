"""What the process tells the people who run it. Knows nothing of syncs, stores or settings."""
