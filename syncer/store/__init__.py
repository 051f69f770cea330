"""The database: SQLite or PostgreSQL through SQLAlchemy Core, the only place with SQL."""
