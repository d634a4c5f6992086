"""A Slack workspace on this machine, for end-to-end tests and the demo."""

from bot.slack_sandbox.change_log import WorkspaceChange
from bot.slack_sandbox.faults import FaultKind, InjectedFault
from bot.slack_sandbox.messages import SlackMessage
from bot.slack_sandbox.people import SlackUser
from bot.slack_sandbox.results import ClientRefusedError, DeliveryOutcome
from bot.slack_sandbox.server import SlackSandbox
from bot.slack_sandbox.workspace import SlackWorkspace

__all__ = [
    "ClientRefusedError",
    "DeliveryOutcome",
    "FaultKind",
    "InjectedFault",
    "SlackMessage",
    "SlackSandbox",
    "SlackUser",
    "SlackWorkspace",
    "WorkspaceChange",
]
