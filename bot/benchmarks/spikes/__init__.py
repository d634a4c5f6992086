"""A real week, bursts that are put into it, and who finds them: our watch, and three usual detectors beside it."""
