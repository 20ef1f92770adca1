"""What Prometheus sees: names, labels, and totals read from the ledger."""
