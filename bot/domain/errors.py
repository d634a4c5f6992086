"""The two ways of saying no: the rules forbid it, or the store is away."""


class NotAllowed(Exception):
    """What the rules forbid, with the sentence for the person who asked."""


class StoreUnavailable(Exception):
    """The store does not answer: nothing was read or written, and nothing is pretended."""
