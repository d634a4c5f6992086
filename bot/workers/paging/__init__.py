"""Sends what the ladder owes: one loop for each pager, so that one that is slow or down keeps nobody else waiting."""

from bot.workers.paging.pager_worker import PagerWorker

__all__ = ["PagerWorker"]
