"""The memory of batches, shards, inspections and attempts: SQLAlchemy Core on SQLite or PostgreSQL."""
