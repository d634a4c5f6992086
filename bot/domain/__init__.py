"""What we know and decide: pure, without I/O; the standard library and pydantic only."""
