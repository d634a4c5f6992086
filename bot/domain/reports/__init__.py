"""Reports, and the precision of the detectors."""
