"""What operators may send elsewhere: a trace of each mention, and reports of unexpected errors. Off by default."""
