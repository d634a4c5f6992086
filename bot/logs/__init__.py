"""How this process speaks to its operators: one line per thing that happened, and never a stranger's words.

Ours (structlog) and the libraries' (logging) go one way: stamped, guarded, folded, drawn as JSON or for a terminal.
"""

from bot.logs.guard import WITHHELD, guard
from bot.logs.setup import ACCESS, CHATTY, configure, watch_crashes
from bot.logs.words import LONGEST, MOST, neutral

__all__ = ["ACCESS", "CHATTY", "LONGEST", "MOST", "WITHHELD", "configure", "guard", "neutral", "watch_crashes"]
