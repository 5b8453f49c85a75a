"""The history of the tables, run by Alembic when an older or empty database is opened."""
