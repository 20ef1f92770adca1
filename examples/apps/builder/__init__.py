"""Builds the sample apps from source, the same bytes each time."""
