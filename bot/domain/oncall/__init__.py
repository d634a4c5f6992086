"""On-call schedules: rotations, layers and overrides, as pure functions of time."""
