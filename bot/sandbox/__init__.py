"""A Slack workspace on this machine: the far end of every end-to-end test, and of the demo."""

from bot.sandbox.faults import Fault, FaultKind
from bot.sandbox.feed import Change
from bot.sandbox.messages import Message
from bot.sandbox.outcomes import Outcome, Refused
from bot.sandbox.people import Person
from bot.sandbox.server import Sandbox
from bot.sandbox.views import View
from bot.sandbox.workspace import Channel, Group, User, Workspace

__all__ = [
    "Change",
    "Channel",
    "Fault",
    "FaultKind",
    "Group",
    "Message",
    "Outcome",
    "Person",
    "Refused",
    "Sandbox",
    "User",
    "View",
    "Workspace",
]
