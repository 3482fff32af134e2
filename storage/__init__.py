"""Where records are kept: SQLAlchemy Core on SQLite or PostgreSQL."""
