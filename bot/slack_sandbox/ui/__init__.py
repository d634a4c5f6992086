"""The workspace in a browser, as one person sees it, with live updates."""
