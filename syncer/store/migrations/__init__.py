"""Alembic's revisions; they never change once released."""
