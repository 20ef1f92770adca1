"""Tests of the dynamic suite."""
