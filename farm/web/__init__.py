"""The console: read-only pages over the ledger."""
