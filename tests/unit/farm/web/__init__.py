"""Tests of farm.web."""
