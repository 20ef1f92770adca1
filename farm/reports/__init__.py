"""Findings for a reader: HTML, JSON, CSV."""
