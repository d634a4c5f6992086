"""What is unusual now: volume, negative volume, complaint share and words, against what is usual for this hour."""
