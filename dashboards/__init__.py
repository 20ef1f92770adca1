"""Grafana dashboard and Prometheus rules as code; `python -m dashboards.build` writes what is committed."""
