"""Who is on call by calendars as other programs write them: one shape a line, each with who is meant.

The shift is 10 March 2026 from 20:00 to 08:00 in UTC, unless the shape is about times.
"""

import unicodedata
from datetime import UTC, datetime, timedelta

import pytest

from bot.calendars.calendar_errors import CalendarError
from bot.calendars.ical_parser import parse_shifts
from bot.domain.oncall.schedule import Schedule
from bot.domain.periods import TimeSpan
from tests.calendars.sample_calendars import build_calendar, build_event

AT = datetime(2026, 3, 10, 9, tzinfo=UTC)
SPAN = TimeSpan(AT - timedelta(days=35), AT + timedelta(days=60))
PEOPLE = (
    ("Ana Lima", "ANA"),
    ("ana@northwind.example", "ANA"),
    ("Ben Okoro", "BEN"),
    ("ben@northwind.example", "BEN"),
    ("Ben Okoro-Smith", "BENS"),
    ("Raj", "RAJ"),
    ("Zoë O’Neill", "ZOE"),
    ("田中", "TANAKA"),
    ("Mia", "MIA"),
    ("mia@northwind.example", "MIA"),
    ("Li", "LI"),
)
NIGHT = ("20260310T200000Z", "20260311T080000Z")
ANA, BEN, MIA = "mailto:ana@northwind.example", "mailto:ben@northwind.example", "mailto:mia@northwind.example"


def people(text: str, zone: str = "Europe/Lisbon") -> str:
    schedule = Schedule(name="nights", zone=zone, calendar="nights.ics", named=PEOPLE)
    return " ".join(shift.person for shift in parse_shifts(text, schedule, SPAN).shifts)


def times(text: str, zone: str = "Europe/Lisbon") -> list[str]:
    schedule = Schedule(name="nights", zone=zone, calendar="nights.ics", named=PEOPLE)
    return [
        f"{one.person} {one.start:%d/%H:%M}-{one.end:%d/%H:%M}" for one in parse_shifts(text, schedule, SPAN).shifts
    ]


def shift(title: str, *more: str, uid: str = "") -> str:
    return build_event(title, *NIGHT, *more, uid=uid)


TITLES = {
    "Ben Okoro (backup: Ana Lima)": "BEN",
    "Ben Okoro / Ana Lima": "BEN",
    "Ana Lima then Ben Okoro": "ANA",
    "On call: ana lima": "ANA",
    "ANA LIMA - primary": "ANA",
    "oncall_raj": "RAJ",
    "[care] Raj | 24x7": "RAJ",
    "Ben Okoro-Smith": "BENS",
    "Lima\\, Ana": "ANA",
    "Okoro\\, Ben (Lima\\, Ana)": "BEN",
    "Ana  Lima": "ANA",
    "Ana\u00a0Lima": "ANA",
    "Ana\u200b Lima": "ANA",
    "\u202aAna Lima\u202c": "ANA",
    "Ana\u3000Lima": "ANA",
    "Ａｎａ Ｌｉｍａ": "ANA",
    unicodedata.normalize("NFD", "Zoë O’Neill"): "ZOE",
    "Zoe O'Neill": "ZOE",
    "ZOË O`NEILL": "ZOE",
    "田中さん当番": "TANAKA",
    "ben@northwind.example": "BEN",
    "Ana's on-call week, Raj": "RAJ",
    "Rajesh": "",
    "Banana Limas": "",
    "Ana Lima's birthday": "",
    "🎂 Ana Lima": "",
    "Ana Lima - vacation": "",
    "Urlaub Ana Lima": "",
    "Vacation cover for Mallory: Ana Lima": "ANA",
    "Canceled: Ana Lima": "",
    "Abgesagt: Ana Lima": "",
    "Cancellation desk: Ana Lima": "ANA",
    "Ben Okoro PTO (Ana Lima covers)": "ANA",
    "Ben Okoro PTO\\, Ana Lima covering": "ANA",
    "Ben Okoro PTO Ana Lima covers": "ANA",
    "Ben Okoro vacation\\, on call: Ana Lima": "ANA",
    "Ben Okoro sick cover: Ana Lima": "ANA",
    "Ben Okoro covered by Ana Lima": "ANA",
    "Ana Lima off\\, Ben Okoro on call": "BEN",
    "Ana Lima sick\\, cover Ben Okoro": "BEN",
    "Ana Lima covers Ben Okoro": "ANA",
    "Cover for Ben Okoro: Ana Lima": "ANA",
    "Ben Okoro instead of Ana Lima": "BEN",
    "Ana Lima off duty → Ben Okoro": "BEN",
    "Secondary: Ana Lima\\, Primary: Ben Okoro": "BEN",
    "Secondary: Ana Lima Primary: Ben Okoro": "BEN",
    "Ana Lima backup and Ben Okoro on call": "BEN",
    "Ana Lima (backup)\\, Ben Okoro": "BEN",
    "L2: Ana Lima | L1: Ben Okoro": "BEN",
    "Backup on-call: Ana Lima\\, primary on-call: Ben Okoro": "BEN",
    "Backup Ana Lima and Ben Okoro": "ANA",
    "1st Ana Lima 2nd Ben Okoro": "ANA",
    "Ana Lima and Ben Okoro on vacation": "",
    "Ana Lima - on call": "ANA",
    "raj-oncall": "RAJ",
    "primary-on-call-raj": "RAJ",
    "Bank holiday shift: Ana Lima": "ANA",
    "Bank holiday: Ana Lima": "ANA",
    "Off-hours: Ana Lima": "ANA",
    "Ana Lima holiday": "",
    "Ana Lima on leave": "",
    "Ana Lima unavailable": "",
    "Ana Lima away": "",
    "Ana Lima not on call": "",
    "Ana Lima (OOO)": "",
    "Ben Okoro on holiday": "",
    "Ben Okoro sick": "",
    "Ben Okoro maternity leave": "",
    "Ana Lima - Dentist": "",
    "Ana Lima – doctor": "",
    "Doctor's appointment\\, Ana Lima": "",
    "Mallory on call (Ana Lima off)": "",
    "[Cancelled] Ben Okoro": "",
    "Cancelled - Ben Okoro": "",
    "Ben Okoro (cancelled)": "",
    "Mia-Sophie Berg": "",
    "Anna-Mia Berg": "",
    "Li-Ion battery review": "",
}


@pytest.mark.parametrize(("title", "person"), TITLES.items(), ids=ascii)
def test_the_earliest_name_in_a_title_that_is_not_absent_or_second_says_who_is_on_call(title: str, person: str) -> None:
    assert people(build_calendar(shift(title))) == person


INVITED = {
    "title beats attendees": (("Ben Okoro", f"ATTENDEE;PARTSTAT=ACCEPTED;CN=Ana Lima:{ANA}"), "BEN"),
    "organizer alone": (("On call", f"ORGANIZER;CN=Ana Lima:{ANA}"), ""),
    "organizer invited among others": (
        (
            "On call",
            f"ORGANIZER;CN=Mia:{MIA}",
            f"ATTENDEE;PARTSTAT=ACCEPTED;CN=Mia:{MIA}",
            f"ATTENDEE;PARTSTAT=NEEDS-ACTION;CN=Ben:{BEN}",
        ),
        "BEN",
    ),
    "organizer beside a stranger": (
        ("On call", f"ORGANIZER:{MIA}", f"ATTENDEE;PARTSTAT=ACCEPTED:{MIA}", "ATTENDEE:mailto:x@other.example"),
        "",
    ),
    "organizer for themselves": (("On call", f"ORGANIZER:{MIA}", f"ATTENDEE;PARTSTAT=ACCEPTED:{MIA}"), "MIA"),
    "organizer with a room": (
        ("On call", f"ORGANIZER:{MIA}", f"ATTENDEE:{MIA}", "ATTENDEE;CUTYPE=ROOM;CN=Raj:mailto:room@other.example"),
        "MIA",
    ),
    "organizer in the title": (("Mia", f"ORGANIZER;CN=Mia:{MIA}", f"ATTENDEE;CN=Ben:{BEN}"), "MIA"),
    "accepted": (("On call", f"ATTENDEE;PARTSTAT=ACCEPTED:{ANA}"), "ANA"),
    "needs action": (("On call", f"ATTENDEE;PARTSTAT=NEEDS-ACTION:{ANA}"), "ANA"),
    "no word": (("On call", f"ATTENDEE:{ANA}"), "ANA"),
    "unknown word": (("On call", f"ATTENDEE;PARTSTAT=X-MAYBE:{ANA}"), "ANA"),
    "tentative": (("On call", f"ATTENDEE;PARTSTAT=TENTATIVE:{ANA}"), "ANA"),
    "declined": (("On call", f"ATTENDEE;PARTSTAT=DECLINED:{ANA}"), ""),
    "declined, another accepted": (
        ("On call", f"ATTENDEE;PARTSTAT=DECLINED:{ANA}", f"ATTENDEE;PARTSTAT=ACCEPTED:{BEN}"),
        "BEN",
    ),
    "declined though in the title": (
        ("Ana Lima, backup Ben Okoro", f"ATTENDEE;PARTSTAT=DECLINED:{ANA}"),
        "BEN",
    ),
    "declined, only the organizer is left": (
        ("On call", f"ORGANIZER:{MIA}", f"ATTENDEE;PARTSTAT=ACCEPTED:{MIA}", f"ATTENDEE;PARTSTAT=DECLINED:{ANA}"),
        "",
    ),
    "delegated": (
        (
            "On call",
            f'ATTENDEE;PARTSTAT=DELEGATED;DELEGATED-TO="{BEN}":{ANA}',
            f'ATTENDEE;PARTSTAT=ACCEPTED;DELEGATED-FROM="{ANA}":{BEN}',
        ),
        "BEN",
    ),
    "accepted before unanswered": (
        ("On call", f"ATTENDEE;PARTSTAT=NEEDS-ACTION:{ANA}", f"ATTENDEE;PARTSTAT=ACCEPTED:{BEN}"),
        "BEN",
    ),
    "tentative after accepted": (
        ("On call", f"ATTENDEE;PARTSTAT=TENTATIVE:{ANA}", f"ATTENDEE;PARTSTAT=ACCEPTED:{BEN}"),
        "BEN",
    ),
    "optional after required": (
        (
            "On call",
            f"ATTENDEE;ROLE=OPT-PARTICIPANT;PARTSTAT=ACCEPTED:{ANA}",
            f"ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION:{BEN}",
        ),
        "BEN",
    ),
    "told for information": (("On call", f"ATTENDEE;ROLE=NON-PARTICIPANT:{ANA}", f"ATTENDEE:{BEN}"), "BEN"),
    "a room of that name": (("On call", "ATTENDEE;CUTYPE=ROOM;CN=Raj:mailto:room@other.example"), ""),
    "a thing of that name": (("On call", "ATTENDEE;CUTYPE=RESOURCE;CN=Raj:mailto:phone@other.example"), ""),
    "Outlook's order of names": (("On call", 'ATTENDEE;CN="Lima, Ana":mailto:al17@corp.example'), "ANA"),
    "Outlook's department": (("On call", 'ATTENDEE;CN="Ana Lima (Care)":mailto:al17@corp.example'), "ANA"),
    "Apple's address": (("On call", 'ATTENDEE;CN="A";EMAIL="ana@northwind.example":/aMTc/principal/'), "ANA"),
    "MAILTO in capitals": (("On call", "ATTENDEE:MAILTO:Ana@Northwind.example"), "ANA"),
    "address split by a fold": (
        ("On call", "ATTENDEE;PARTSTAT=ACC\r\n EPTED:mailto:ana@north\r\n\twind.example"),
        "ANA",
    ),
    "free time": (("Ana Lima", "TRANSP:TRANSPARENT", "X-MICROSOFT-CDO-BUSYSTATUS:FREE"), "ANA"),
    "tentative event": (("Ana Lima", "STATUS:TENTATIVE"), "ANA"),
    "cancelled event": (("Ana Lima", "STATUS:CANCELLED"), ""),
    "out of office": (("Ana Lima", "X-MICROSOFT-CDO-BUSYSTATUS:OOF"), ""),
    "name only in the description": (("On call", "DESCRIPTION:Ana Lima wrote this"), ""),
    "an alarm with a name": (("On call", "BEGIN:VALARM", "SUMMARY:Ana Lima", "TRIGGER:-PT5M", "END:VALARM"), ""),
}


@pytest.mark.parametrize(("lines", "person"), INVITED.values(), ids=INVITED.keys())
def test_of_those_invited_it_is_who_did_not_decline_and_never_who_organizes_for_others(
    lines: tuple[str, ...], person: str
) -> None:
    assert people(build_calendar(shift(*lines))) == person


BERLIN = (
    "BEGIN:VTIMEZONE\r\nTZID:{name}\r\nBEGIN:STANDARD\r\nDTSTART:19701025T030000\r\nTZOFFSETFROM:+0200\r\n"
    "TZOFFSETTO:+0100\r\nRRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\nEND:STANDARD\r\nBEGIN:DAYLIGHT\r\n"
    "DTSTART:19700329T020000\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\n"
    "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\nEND:DAYLIGHT\r\nEND:VTIMEZONE"
)


def zoned(zone: str, title: str = "Raj", *more: str) -> str:
    return build_event(title, f"{zone}:20260310T200000", f"{zone}:20260311T080000", *more)


def without_end(start: str, *more: str) -> str:
    return build_event("Raj", start, "20990101", *more).replace("\r\nDTEND;VALUE=DATE:20990101", "")


TIMES = {
    "all day": (build_calendar(build_event("Raj", "20260401", "20260403")), ["RAJ 31/23:00-02/23:00"]),
    "all day, Outlook's end": (build_calendar(build_event("Raj", "20260401", "20260401")), ["RAJ 31/23:00-01/23:00"]),
    "all day without an end": (build_calendar(without_end("20260401")), ["RAJ 31/23:00-01/23:00"]),
    "a length instead of an end": (
        build_calendar(without_end("20260310T200000Z", "DURATION:PT12H")),
        ["RAJ 10/20:00-11/08:00"],
    ),
    "over the change of clocks": (
        build_calendar(build_event("Raj", "Europe/Lisbon:20260328T200000", "Europe/Lisbon:20260329T080000")),
        ["RAJ 28/20:00-29/07:00"],
    ),
    "weekly over the change of clocks": (
        build_calendar(
            build_event(
                "Raj", "Europe/Lisbon:20260326T090000", "Europe/Lisbon:20260326T170000", "RRULE:FREQ=WEEKLY;COUNT=2"
            )
        ),
        ["RAJ 26/09:00-26/17:00", "RAJ 02/08:00-02/16:00"],
    ),
    "floating": (build_calendar(build_event("Raj", "20260401T200000", "20260402T080000")), ["RAJ 01/19:00-02/07:00"]),
    "floating, Google's zone of the calendar": (
        build_calendar(build_event("Raj", "20260310T200000", "20260311T080000"), head="X-WR-TIMEZONE:America/New_York"),
        ["RAJ 11/00:00-11/12:00"],
    ),
    "Windows zone": (build_calendar(zoned("W. Europe Standard Time")), ["RAJ 10/19:00-11/07:00"]),
    "Exchange's UTC": (build_calendar(zoned("tzone://Microsoft/Utc")), ["RAJ 10/20:00-11/08:00"]),
    "Exchange's own zone": (
        build_calendar(zoned("tzone://Microsoft/Custom"), head=BERLIN.format(name="tzone://Microsoft/Custom")),
        ["RAJ 10/19:00-11/07:00"],
    ),
    "Evolution's zone": (
        build_calendar(zoned("/freeassociation.sourceforge.net/Europe/Berlin")),
        ["RAJ 10/19:00-11/07:00"],
    ),
    "a zone of its own": (
        build_calendar(zoned("Customized Time Zone"), head=BERLIN.format(name="Customized Time Zone")),
        ["RAJ 10/19:00-11/07:00"],
    ),
    "left out by a day": (
        build_calendar(
            build_event(
                "Raj", "20260310T090000Z", "20260310T100000Z", "RRULE:FREQ=DAILY;COUNT=3", "EXDATE:20260311T090000Z"
            )
        ),
        ["RAJ 10/09:00-10/10:00", "RAJ 12/09:00-12/10:00"],
    ),
    "overlap: both are read": (
        build_calendar(shift("Raj"), build_event("Ana Lima", "20260310T220000Z", "20260311T020000Z")),
        ["RAJ 10/20:00-11/08:00", "ANA 10/22:00-11/02:00"],
    ),
    "primary and backup side by side": (
        build_calendar(shift("Backup: Ana Lima"), shift("Primary: Raj"), shift("Secondary - Ben Okoro")),
        ["RAJ 10/20:00-11/08:00"],
    ),
    "a backup with nobody before": (build_calendar(shift("Backup: Ana Lima")), ["ANA 10/20:00-11/08:00"]),
    "backups wherever the word stands": (
        build_calendar(*map(shift, ("Ana Lima (backup)", "Ana Lima - secondary on-call", "L2: Ana Lima", "Raj"))),
        ["RAJ 10/20:00-11/08:00"],
    ),
    "a backup who is invited": (
        build_calendar(shift("On call (backup)", f"ATTENDEE:{ANA}"), shift("On call", f"ATTENDEE:{BEN}")),
        ["BEN 10/20:00-11/08:00"],
    ),
    "a broken zone that everybody knows": (
        build_calendar(zoned("Europe/Berlin"), head=BERLIN.format(name="Europe/Berlin").replace("T030000", "T006000")),
        ["RAJ 10/19:00-11/07:00"],
    ),
    "floating, a Windows zone of the calendar": (
        build_calendar(
            build_event("Raj", "20260310T200000", "20260311T080000"), head="X-WR-TIMEZONE:W. Europe Standard Time"
        ),
        ["RAJ 10/19:00-11/07:00"],
    ),
    "a calendar's zone that nobody knows": (
        build_calendar(shift("Raj"), head="X-WR-TIMEZONE:Nowhere/City"),
        ["RAJ 10/20:00-11/08:00"],
    ),
    "some days left out, in the zone of the series": (
        build_calendar(
            build_event(
                "Raj",
                "Europe/Berlin:20260310T090000",
                "Europe/Berlin:20260310T100000",
                "RRULE:FREQ=DAILY;UNTIL=20260313",
                "EXDATE;TZID=Europe/Berlin:20260311T090000,20260312T090000",
            )
        ),
        ["RAJ 10/08:00-10/09:00", "RAJ 13/08:00-13/09:00"],
    ),
    "until a day, which counts where the series is": (
        build_calendar(
            build_event(
                "Raj",
                "America/Los_Angeles:20260310T200000",
                "America/Los_Angeles:20260310T220000",
                "RRULE:FREQ=DAILY;UNTIL=20260311;INTERVAL=1",
            )
        ),
        ["RAJ 11/03:00-11/05:00", "RAJ 12/03:00-12/05:00"],
    ),
    "until a day, floating": (
        build_calendar(build_event("Raj", "20260310T200000", "20260310T220000", "RRULE:FREQ=DAILY;UNTIL=20260311")),
        ["RAJ 10/20:00-10/22:00", "RAJ 11/20:00-11/22:00"],
    ),
    "until a time of the series": (
        build_calendar(
            build_event(
                "Raj",
                "America/Los_Angeles:20260310T200000",
                "America/Los_Angeles:20260310T220000",
                "RRULE:FREQ=DAILY;UNTIL=20260311T200000",
            )
        ),
        ["RAJ 11/03:00-11/05:00", "RAJ 12/03:00-12/05:00"],
    ),
    "what Windows shows of a zone": (
        build_calendar(zoned('"(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna"')),
        ["RAJ 10/19:00-11/07:00"],
    ),
    "what Windows shows of an American zone": (
        build_calendar(zoned('"(UTC-05:00) Eastern Time (US & Canada)"')),
        ["RAJ 11/00:00-11/12:00"],
    ),
    "what Windows shows of London": (
        build_calendar(zoned('"(UTC+00:00) Dublin, Edinburgh, Lisbon, London"')),
        ["RAJ 10/20:00-11/08:00"],
    ),
    "more days, listed": (
        build_calendar(build_event("Raj", "20260310T090000Z", "20260310T100000Z", "RDATE:20260312T090000Z")),
        ["RAJ 10/09:00-10/10:00", "RAJ 12/09:00-12/10:00"],
    ),
    "a series of Sundays that began on a Wednesday": (
        build_calendar(build_event("Raj", "20260304", "20260305", "RRULE:FREQ=WEEKLY;BYDAY=SU;UNTIL=20260315")),
        ["RAJ 04/00:00-05/00:00", "RAJ 08/00:00-09/00:00", "RAJ 15/00:00-16/00:00"],
    ),
}


@pytest.mark.parametrize(("text", "told"), TIMES.values(), ids=TIMES.keys())
def test_times_are_read_as_the_program_that_wrote_them_means_them(text: str, told: list[str]) -> None:
    assert times(text) == told


def series(*events: str) -> str:
    """Events of one id, whatever their start."""
    lines = build_calendar(*events).split("\r\n")
    return "\r\n".join("UID:s" if line.startswith("UID:") else line for line in lines)


DAILY = build_event("Raj", "20260310T090000Z", "20260310T170000Z", "RRULE:FREQ=DAILY;COUNT=3")
SECOND = "RECURRENCE-ID:20260311T090000Z"
CHANGED = {
    "given to another": (
        series(DAILY, build_event("Ana Lima", "20260311T090000Z", "20260311T170000Z", SECOND)),
        ["RAJ 10/09:00-10/17:00", "ANA 11/09:00-11/17:00", "RAJ 12/09:00-12/17:00"],
    ),
    "given to a stranger": (
        series(DAILY, build_event("Mallory", "20260311T090000Z", "20260311T170000Z", SECOND)),
        ["RAJ 10/09:00-10/17:00", "RAJ 12/09:00-12/17:00"],
    ),
    "moved": (
        series(DAILY, build_event("Raj", "20260311T190000Z", "20260311T210000Z", SECOND)),
        ["RAJ 10/09:00-10/17:00", "RAJ 11/19:00-11/21:00", "RAJ 12/09:00-12/17:00"],
    ),
    "one cancelled": (
        series(DAILY, build_event("Raj", "20260311T090000Z", "20260311T170000Z", SECOND, "STATUS:CANCELLED")),
        ["RAJ 10/09:00-10/17:00", "RAJ 12/09:00-12/17:00"],
    ),
    "from there on another": (
        series(
            DAILY,
            build_event(
                "Ana Lima",
                "20260311T090000Z",
                "20260311T170000Z",
                "RECURRENCE-ID;RANGE=THISANDFUTURE:20260311T090000Z",
            ),
        ),
        ["RAJ 10/09:00-10/17:00", "ANA 11/09:00-11/17:00", "ANA 12/09:00-12/17:00"],
    ),
    "the move cannot be read": (
        series(DAILY, build_event("Ana Lima", "soon", "later", SECOND)),
        ["RAJ 10/09:00-10/17:00", "RAJ 11/09:00-11/17:00", "RAJ 12/09:00-12/17:00"],
    ),
    "the day alone says which": (
        series(
            DAILY, build_event("Ana Lima", "20260311T090000Z", "20260311T170000Z", "RECURRENCE-ID;VALUE=DATE:20260311")
        ),
        ["RAJ 10/09:00-10/17:00", "ANA 11/09:00-11/17:00", "RAJ 12/09:00-12/17:00"],
    ),
    "only the move is there": (
        series(build_event("Ana Lima", "20260311T190000Z", "20260311T210000Z", SECOND)),
        ["ANA 11/19:00-11/21:00"],
    ),
    "a later version counts": (
        series(shift("Raj", "SEQUENCE:1"), shift("Ana Lima", "SEQUENCE:2")),
        ["ANA 10/20:00-11/08:00"],
    ),
    "a later version counts, whatever the order": (
        series(shift("Ana Lima", "SEQUENCE:2"), shift("Raj", "SEQUENCE:1")),
        ["ANA 10/20:00-11/08:00"],
    ),
    "a later calendar cancels it": (
        series(shift("Raj")) + series(shift("Raj")).replace("VERSION:2.0", "METHOD:CANCEL"),
        [],
    ),
    "one id for two shifts": (
        series(shift("Raj"), build_event("Ana Lima", "20260312T200000Z", "20260313T080000Z")),
        ["RAJ 10/20:00-11/08:00", "ANA 12/20:00-13/08:00"],
    ),
}


@pytest.mark.parametrize(("text", "told"), CHANGED.values(), ids=CHANGED.keys())
def test_a_moved_or_cancelled_instance_changes_that_instance_alone(text: str, told: list[str]) -> None:
    assert times(text) == told


GOOD = shift("Raj")
BESIDE = {
    "no start": GOOD.replace("Raj", "Ana Lima").replace("DTSTART:20260310T200000Z\r\n", ""),
    "a start that is none": build_event("Ana Lima", "soon", "20260311T080000Z"),
    "no end": shift("Ana Lima").replace("DTEND:20260311T080000Z\r\n", ""),
    "an end before the start": build_event("Ana Lima", "20260310T200000Z", "20260310T190000Z"),
    "a birthday since 1965": build_event("Ana Lima's birthday", "19650401", "19650402", "RRULE:FREQ=YEARLY"),
    "somebody's birthday since 1965": build_event("Grandma", "19650310", "19650311", "RRULE:FREQ=YEARLY"),
    "no time that is known, and nobody": build_event("Lunch", "soon", "later"),
    "steps of nothing": shift("Ana Lima", "RRULE:FREQ=DAILY;INTERVAL=0"),
    "steps of nothing, and nobody": shift("Lunch", "RRULE:FREQ=DAILY;INTERVAL=0"),
    "every second": shift("Ana Lima", "RRULE:FREQ=SECONDLY"),
    "a day that never comes": shift("Ana Lima", "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"),
    "a week that is never in June": shift("Ana Lima", "RRULE:FREQ=YEARLY;BYWEEKNO=53;BYMONTH=6"),
    "left out by a rule": shift("Ana Lima", "RRULE:FREQ=DAILY;COUNT=4", "EXRULE:FREQ=DAILY;INTERVAL=2;COUNT=2"),
    "a length below nothing": shift("Ana Lima", "DURATION:-PT1H").replace("DTEND:20260311T080000Z\r\n", ""),
    "cities of another offset": zoned('"(UTC+09:00) Berlin"', "Ana Lima"),
    "a rule that is none": shift("Ana Lima", "RRULE:every Monday"),
    "a zone that nobody knows": zoned("Nowhere/City", "Ana Lima"),
    "since the year 1": build_event("Ana Lima", "00010101T000000Z", "00010101T080000Z", "RRULE:FREQ=DAILY"),
    "cut off": "BEGIN:VEVENT\r\nSUMMARY:Ana Lima",
    "a task": "BEGIN:VTODO\r\nSUMMARY:Ana Lima\r\nDUE:20260310T200000Z\r\nEND:VTODO",
    "a line that is none": shift("Lunch").replace("END:VEVENT", "???\r\nEND:VEVENT"),
}


@pytest.mark.parametrize("bad", BESIDE.values(), ids=BESIDE.keys())
@pytest.mark.parametrize("first", [True, False], ids=["before", "after"])
def test_a_bad_event_beside_a_good_shift_is_passed_over_alone(bad: str, first: bool) -> None:  # noqa: FBT001
    assert people(build_calendar(*((bad, GOOD) if first else (GOOD, bad)))) == "RAJ"


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("a week that is never in June", "repeats by a rule that no day matches"),
        ("a day that never comes", "repeats by a rule that no day matches"),
        ("since the year 1", "repeats so often, or by so odd a rule, that it takes too long to evaluate"),
        ("left out by a rule", "leaves days out by a rule, which is not supported"),
        ("a length below nothing", "ends before it begins"),
        ("cities of another offset", "names a time zone that is not known"),
    ],
)
def test_an_event_that_is_passed_over_is_named_with_the_reason(bad: str, reason: str) -> None:
    schedule = Schedule(name="nights", zone="Europe/Lisbon", calendar="nights.ics", named=PEOPLE)
    assert parse_shifts(build_calendar(BESIDE[bad], GOOD), schedule, SPAN).unreadable == (("Ana Lima", reason),)


FILES = {
    "two calendars": build_calendar(shift("Raj")) + build_calendar(build_event("Ana Lima", "20260312T200000Z", "20260313T080000Z")),
    "lines end as on Unix": build_calendar(shift("Raj"), build_event("Ana Lima", "20260312", "20260313")).replace("\r\n", "\n"),
    "lines end in both ways": build_calendar(shift("Raj"), build_event("Ana Lima", "20260312", "20260313")).replace("\r\n", "\n", 5),
    "lines end twice": build_calendar(shift("Raj"), build_event("Ana Lima", "20260312", "20260313")).replace("\r\n", "\r\r\n"),
    "a mark of the order of bytes": "\ufeff" + build_calendar(shift("Raj"), build_event("Ana Lima", "20260312", "20260313")),
    "blank lines": "\r\n\r\n" + build_calendar(shift("Raj"), build_event("Ana Lima", "20260312", "20260313")).replace("\r\n", "\r\n\r\n"),
    "small letters": build_calendar(shift("Raj"), build_event("Ana Lima", "20260312", "20260313")).replace("BEGIN:VEVENT", "begin:vevent"),
    "folded": build_calendar(shift("R\r\n aj"), build_event("Ana\r\n  Lima", "20260312", "20260313")),
    "no end of the calendar": build_calendar(shift("Raj"), build_event("Ana Lima", "20260312", "20260313")).replace("END:VCALENDAR\r\n", ""),
    "no end of an event": build_calendar(shift("Raj").replace("\r\nEND:VEVENT", ""), build_event("Ana Lima", "20260312", "20260313")),
    "no ids": build_calendar(shift("Raj", uid="u"), build_event("Ana Lima", "20260312", "20260313", uid="u"))
    .replace("UID:u-20260310T200000Z\r\n", "")
    .replace("UID:u-20260312\r\n", ""),
}  # fmt: skip


@pytest.mark.parametrize("text", FILES.values(), ids=FILES.keys())
def test_a_file_is_read_however_its_lines_and_parts_are_put_together(text: str) -> None:
    assert people(text) == "RAJ ANA"


def test_a_file_that_ends_in_the_middle_of_an_event_did_not_arrive_whole_and_is_refused() -> None:
    with pytest.raises(CalendarError, match="it is incomplete"):
        people(build_calendar(shift("Raj"), shift("Ana Lima"))[:-60])


def test_where_no_event_can_be_used_the_calendar_is_refused_so_that_the_last_good_one_stays() -> None:
    with pytest.raises(CalendarError, match="One of them repeats with an interval of zero"):
        people(build_calendar(shift("Raj", "RRULE:FREQ=DAILY;INTERVAL=0")))
