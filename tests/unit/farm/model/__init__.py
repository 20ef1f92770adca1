"""Tests of farm.model."""
