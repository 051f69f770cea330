"""Carrying messages to people, through Apprise."""
