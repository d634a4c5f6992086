"""The methods of the Web API: one file for each group, all of them listed in the registry."""
