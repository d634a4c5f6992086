"""Calendars (iCalendar files): read from outside as shifts, and written for people's own."""
