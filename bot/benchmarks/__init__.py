"""What `earshot bench` measures: the real parts on this machine, beside a baseline in the same run."""
