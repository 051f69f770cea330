"""For authors of connectors and tests: a tracker in memory that keeps the connector contract."""
