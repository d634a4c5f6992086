"""iCalendar files as a test needs them."""


def build_calendar(*events: str, head: str = "") -> str:
    return "\r\n".join(
        [
            "BEGIN:VCALENDAR",
            "VERSION:2.0",
            "PRODID:-//test//EN",
            *([head] if head else []),
            *events,
            "END:VCALENDAR",
            "",
        ]
    )


def build_event(summary: str, start: str, end: str, *more: str, uid: str = "") -> str:
    lines = ["BEGIN:VEVENT", f"UID:{uid or summary}-{start}", "DTSTAMP:20260101T000000Z"]
    return "\r\n".join(
        [*lines, f"SUMMARY:{summary}", _time("DTSTART", start), _time("DTEND", end), *more, "END:VEVENT"]
    )


def _time(name: str, words: str) -> str:
    """`20260310T090000Z`, `Europe/Lisbon:20260310T090000`, or a day."""
    if ":" in words:
        return f"{name};TZID={words}"
    return f"{name};VALUE=DATE:{words}" if "T" not in words else f"{name}:{words}"
