"""A JSON or CSV file as a tracker: useful by itself, and the connector to read before writing another."""
