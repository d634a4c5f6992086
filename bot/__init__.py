"""Spots public posts about a brand and routes each one, in Slack, to someone who can answer right away."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
"""Before anybody loads numpy, also by way of another library: sums of our size gain nothing from threads, each of them
keeps memory, and one that waits for another keeps a core busy."""
