"""Build the package earshot-keen: `make keen SETS=DIR`. Needs torch, in an environment of its own."""
