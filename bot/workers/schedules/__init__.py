"""What schedules need between people's questions: calendars read again, holes said, user groups kept."""

from bot.workers.schedules.schedule_worker import ScheduleWorker

__all__ = ["ScheduleWorker"]
