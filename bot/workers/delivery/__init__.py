"""Send the pending notifications to Slack, rendered from the records as they are now."""

from bot.workers.delivery.delivery_worker import DeliveryWorker

__all__ = ["DeliveryWorker"]
