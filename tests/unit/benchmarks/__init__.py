"""Tests of the benchmarks that judge the dynamic suite."""
