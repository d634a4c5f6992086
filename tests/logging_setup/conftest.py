"""Logging is one for the whole process."""

import logging
from collections.abc import Iterator

import pytest
import structlog

from bot.logging_setup import ACCESS, CHATTY


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Restore the logging of the process after each test."""
    loggers = [logging.getLogger(name) for name in ("", *CHATTY, *ACCESS)]
    levels = [logger.level for logger in loggers]
    handlers = list(loggers[0].handlers)
    yield
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)
    loggers[0].handlers[:] = handlers
    logging.captureWarnings(False)
    structlog.reset_defaults()
