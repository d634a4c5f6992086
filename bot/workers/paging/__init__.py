"""Send the pending pages: one loop for each pager, so that one that is slow or down delays no other."""

from bot.workers.paging.pager_worker import PagerWorker

__all__ = ["PagerWorker"]
