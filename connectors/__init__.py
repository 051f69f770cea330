"""Connectors: one folder per tracker, the transport they share, and the stand-ins they are tried against."""
