"""Takes what is owed, reads the case as it is now, draws it, and posts or updates: one sender a workspace."""

from bot.workers.delivery.delivery_worker import DeliveryWorker

__all__ = ["DeliveryWorker"]
