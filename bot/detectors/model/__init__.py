"""The model that hears: weights in one file, read with numpy alone. What it is made of: `card.md`."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
"""Before numpy is loaded: sums of this size gain nothing from threads, and each of them keeps memory."""
