"""The benchmark of spike detection: a week, synthetic bursts in it, our detector and three usual ones."""
