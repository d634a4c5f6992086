"""Refusals: the rules forbid something, or the store is unavailable."""


class NotAllowed(Exception):
    """The rules forbid it. The message is a sentence for the person who asked."""


class StoreUnavailable(Exception):
    """The store does not answer: nothing was read or written."""
