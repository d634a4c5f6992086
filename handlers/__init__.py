"""What Slack may ask: thin listeners in Slack's own grouping. Each acks, translates, asks a use case, answers."""

from slack_bolt.async_app import AsyncApp

from handlers import actions, commands, events, shortcuts, views
from handlers.asking import UseCases, giving
from handlers.net import went_wrong
from handlers.own_workspace import refuse_other_workspaces

__all__ = ["UseCases", "register"]


def register(app: AsyncApp, usecases: UseCases) -> None:
    app.middleware(giving(usecases))
    app.middleware(refuse_other_workspaces)
    app.error(went_wrong)
    for family in (actions, commands, events, shortcuts, views):
        family.register(app)
