"""Tests of the rule packs and the engine."""
