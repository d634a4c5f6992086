"""A Slack workspace on this machine: the far end of every end-to-end test, and of the demo."""

from bot.sandbox.faults import FaultKind, InjectedFault
from bot.sandbox.feed import WorkspaceChange
from bot.sandbox.messages import SlackMessage
from bot.sandbox.outcomes import ClientRefusedError, DeliveryOutcome
from bot.sandbox.people import SlackUser
from bot.sandbox.server import SlackSandbox
from bot.sandbox.views import SlackView
from bot.sandbox.workspace import SlackWorkspace, WorkspaceChannel, WorkspaceGroup, WorkspaceUser

__all__ = [
    "ClientRefusedError",
    "DeliveryOutcome",
    "FaultKind",
    "InjectedFault",
    "SlackMessage",
    "SlackSandbox",
    "SlackUser",
    "SlackView",
    "SlackWorkspace",
    "WorkspaceChange",
    "WorkspaceChannel",
    "WorkspaceGroup",
    "WorkspaceUser",
]
