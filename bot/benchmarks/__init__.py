"""What `earshot bench` measures: the real parts on this machine, beside a yardstick in the same run."""
