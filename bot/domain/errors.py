"""Refusals: the rules forbid something, or the store is unavailable."""


class NotAllowed(Exception):
    """The rules forbid it. The message is a sentence for the person who asked."""


class FieldError(NotAllowed):
    """Refused because of one field of a form, below which the sentence is shown."""

    def __init__(self, words: str, field: str) -> None:
        super().__init__(words)
        self.field = field


class StoreUnavailable(Exception):
    """The store does not answer: nothing was read or written."""


class ReplicaError(StoreUnavailable):
    """It was written, and too few replicas confirm it: it may be sent again, and counts once."""
