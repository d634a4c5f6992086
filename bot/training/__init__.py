"""How the weights are made: only `bot/cli` comes here, and only here is scipy asked for (the extra `train`)."""

import bot.detectors.model  # noqa: F401  (one thread for numpy, before it is loaded: more would sum in another order)
