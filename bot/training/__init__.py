"""How the weights are made: only `bot/cli` comes here, and only here is scipy asked for (the extra `train`)."""
