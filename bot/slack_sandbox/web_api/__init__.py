"""The methods of the Web API: one file for each group; `server.py` collects them."""
