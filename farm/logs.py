"""Logging: structlog events as JSON lines, or pretty on a terminal; always on standard error."""

from __future__ import annotations

import logging
import sys

import structlog


def configure(style: str, *, quiet: bool = False) -> None:
    """Set up logging for a command: `json`, `pretty` or `auto`; quiet shows warnings only."""
    pretty = style == "pretty" or (style == "auto" and sys.stderr.isatty())
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer() if pretty else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING if quiet else logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
