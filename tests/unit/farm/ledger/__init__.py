"""Tests of farm.ledger beyond the contract."""
