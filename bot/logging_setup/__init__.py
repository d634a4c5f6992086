"""How this process speaks to its operators: one line per thing that happened, and never a stranger's words.

Ours (structlog) and the libraries' (logging) go one way: stamped, guarded, folded, drawn as JSON or for a terminal.
"""

from bot.logging_setup.configure import ACCESS, CHATTY, configure_logging, install_crash_hooks
from bot.logging_setup.redaction import WITHHELD, redact_event
from bot.logging_setup.sanitize_values import LONGEST, MOST, sanitize_log_text

__all__ = [
    "ACCESS",
    "CHATTY",
    "LONGEST",
    "MOST",
    "WITHHELD",
    "configure_logging",
    "install_crash_hooks",
    "redact_event",
    "sanitize_log_text",
]
