"""Calendars (iCalendar files): parsed as shifts, and written for people's own calendars."""
