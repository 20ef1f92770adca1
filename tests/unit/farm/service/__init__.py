"""Tests of farm.service."""
