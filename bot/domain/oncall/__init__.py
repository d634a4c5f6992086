"""Who is on call when: rotations, layers and overrides, as pure functions of the time that is asked about."""
