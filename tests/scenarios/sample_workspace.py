"""The workspace in which the stories happen: who works there, and where they talk."""

from bot.slack_sandbox import SlackWorkspace
from tests.clock import SteppedClock

PEOPLE = {
    "U0ANA": "ana",
    "U0RAJ": "raj",
    "U0MIA": "mia",
    "U0BEN": "ben",
    "U0LEA": "lea",
    "U0TOM": "tom",
    "U0JOE": "joe",
}
"""Ana and Raj answer for care, Mia manages, Ben is PR, Lea sales, Tom research; Joe is in accounts."""
CHANNELS = ("care", "pr", "sales", "research", "community", "ops", "lobby")
CROWD = [f"crowd{number:02}" for number in range(50)]
"""Fifty colleagues who are deputised by a user group."""


def build_workspace(clock: SteppedClock) -> SlackWorkspace:
    workspace = SlackWorkspace("Northwind", now=clock.seconds)
    for user, name in PEOPLE.items():
        workspace.add_user(user, name, tz="Europe/Lisbon")
    for name in CROWD:
        workspace.add_user(f"U0{name.upper()}", name, tz="Europe/Lisbon")
    workspace.add_group("S0CARE", "care-deputies", ["U0RAJ", *(f"U0{name.upper()}" for name in CROWD)])
    for name in CHANNELS:
        workspace.add_channel(f"C0{name.upper()}", name, bot_is_member=name != "lobby")
    return workspace
