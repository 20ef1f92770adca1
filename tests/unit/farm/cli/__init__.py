"""Tests of farm.cli."""
