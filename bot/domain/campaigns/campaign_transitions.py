"""A campaign is started and ended in Slack. Doing either twice changes nothing."""

from datetime import datetime

from bot.domain.audit import AuditAction, AuditEvent
from bot.domain.campaigns.campaign import Campaign
from bot.domain.commits import Decision
from bot.domain.errors import NotAllowed

CampaignDecision = Decision[Campaign]


def start_campaign(before: Campaign | None, asked: Campaign) -> CampaignDecision | None:
    """Return None if it runs already. Raises `NotAllowed` for a name that was used: comparisons need both."""
    if before is not None:
        if before.is_running(asked.starts_at) and before.subject == asked.subject:
            return None
        state = f"runs about {before.subject}" if before.is_running(asked.starts_at) else "is over"
        raise NotAllowed(f"A campaign of this name {state}. Give this one another name, such as `{asked.name} 2`.")
    event = AuditEvent(asked.starts_at, asked.started_by, AuditAction.CAMPAIGN_STARTED, asked.name)
    return Decision(asked, None, (), (event,))


def end_campaign(before: Campaign | None, by: str, at: datetime) -> CampaignDecision | None:
    """Return None if it is over already, or is not kept here."""
    if before is None or not before.is_running(at):
        return None
    event = AuditEvent(at, by, AuditAction.CAMPAIGN_ENDED, before.name)
    return Decision(before.copy_with(ends_at=at, ended_by=by), before, (), (event,))
