"""Migrations of the ledger's tables; `farm.ledger.schema` runs them."""
