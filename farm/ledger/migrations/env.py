"""What Alembic runs: the migrations, inside the transaction that `farm.ledger.schema` has begun."""

from __future__ import annotations

from alembic import context

from farm.ledger.tables import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
context.run_migrations()
