"""Training of the model: only `bot/cli` imports it, and only it needs scipy (the extra `train`)."""

import bot.detectors.model  # noqa: F401  (one thread for numpy, before it is loaded: more would sum in another order)
