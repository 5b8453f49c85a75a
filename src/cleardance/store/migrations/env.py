"""What Alembic runs: the migrations, on the connection and in the transaction it was handed."""

from alembic import context

from cleardance.store.tables import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    compare_type=True,
    render_as_batch=connection.dialect.name == "sqlite",
)
context.run_migrations()
