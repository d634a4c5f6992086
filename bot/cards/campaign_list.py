"""Answers to `/sentiment campaign start|end|list`."""

from datetime import datetime, timedelta

from bot.cards.block_kit import RenderedMessage, make_context, make_section, render_text
from bot.cards.sanitize import escape, format_date, quote_words, sanitize_line
from bot.domain.campaigns.campaign import Campaign, CampaignBook
from bot.domain.text import format_duration

CAMPAIGNS_SHOWN = 20
MINUTE = timedelta(minutes=1)


def render_start_receipt(campaign: Campaign, at: datetime) -> RenderedMessage:
    """Say what Earshot does now. Starting it again says the same, with its age."""
    name, subject = format_campaign_name(campaign), escape(sanitize_line(campaign.subject, 60))
    age = at - campaign.starts_at
    length = "less than a minute" if age < MINUTE else format_duration(age)
    since = "has started" if not age else f"has been running for {length}, started by <@{campaign.started_by}>"
    return render_text(
        f"📣 *{name}*, about {subject}, {since}. Earshot now expects more posts than usual, and still warns you about "
        f"criticism. It ends on {format_date(campaign.ends_at, '{date_short}')}. To end it earlier: "
        f"`/sentiment campaign end {quote_words(campaign.name)}`."
    )


def render_end_receipt(campaign: Campaign) -> RenderedMessage:
    name = format_campaign_name(campaign)
    return render_text(f"🏁 *{name}* is over, {format_campaign_end(campaign)}.")


def format_start_command(subject: str) -> str:
    """Return a command that starts a campaign about a subject of the playbook."""
    return f"`/sentiment campaign start Spring sale for {quote_words(subject)}`"


def render_campaigns(book: CampaignBook, at: datetime, subject: str) -> RenderedMessage:
    """List the newest campaigns. `subject` is for the example."""
    if not book.campaigns:
        return render_text(
            f"No campaigns. {format_start_command(subject)} starts one. "
            "One that you plan goes into the playbook, under `[[campaigns]]`."
        )
    lines = [_format_campaign(one, at) for one in book.campaigns[:CAMPAIGNS_SHOWN]]
    if len(book.campaigns) > CAMPAIGNS_SHOWN:
        lines.append(f"… and {len(book.campaigns) - CAMPAIGNS_SHOWN} more")
    note = "`/sentiment campaign end` and the name ends one that was started in Slack."
    return RenderedMessage("Campaigns", [make_section("\n".join(lines)), make_context(note)])


def _format_campaign(campaign: Campaign, at: datetime) -> str:
    subject = escape(sanitize_line(campaign.subject, 60))
    part = f" · part of {escape(sanitize_line(campaign.parent, 60))}" if campaign.parent else ""
    owner = f" · <@{campaign.owner}>" if campaign.owner else ""
    return f"*{format_campaign_name(campaign)}* · about {subject}{part}{owner} · {format_campaign_state(campaign, at)}"


def format_campaign_name(campaign: Campaign) -> str:
    return escape(sanitize_line(campaign.name, 60).replace("`", "'").replace("*", ""))


def format_campaign_state(campaign: Campaign, at: datetime) -> str:
    """Say whether it is to come, runs, or how it ended."""
    if at < campaign.starts_at:
        return f"starts {format_date(campaign.starts_at)}"
    if campaign.is_running(at):
        return f"running since {format_date(campaign.starts_at)}, until {format_date(campaign.ends_at)}"
    return format_campaign_end(campaign)


def format_campaign_end(campaign: Campaign) -> str:
    ended = format_date(campaign.ends_at)
    if campaign.ended_by:
        return f"ended {ended} by <@{campaign.ended_by}>"
    return f"ended automatically {ended}: nobody ended it" if campaign.started_by else f"ended {ended}"
