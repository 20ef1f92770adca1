"""Tests of the readers of hostile bytes."""
