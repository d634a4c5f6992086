"""Check Slack: the tokens and their scopes, and that the channels, groups and people of the playbook exist."""

from collections.abc import Iterator

from bot.cli.check_report import CheckFinding, Findings, make_fault, make_note, make_ok
from bot.cli.checks.slack_ids import SlackIdReferences
from bot.sinks.delivery_errors import DeliveryUnknownError, NotSentError, RateLimitedError, SlackRejectedError
from bot.sinks.slack_inspector import BotIdentity, ChannelInfo, SlackInspector
from bot.sinks.workspace_client import explain_other_team
from handlers.manifest import OPTIONAL, SCOPES

CHANNELS_MOST = 40
"""Slack allows 50 of these calls a minute; a running Earshot needs some of them."""
PEOPLE_MOST = 80
"""Of 100 a minute."""
COPY = "Copy it again from your app's settings"
PINS = ("pins:write", "pins:read")
READS_CHANNELS = ("channels:read", "groups:read")
AGAIN = "Add it in your app's settings under OAuth & Permissions, and install the app again"


async def check_app_token(slack: SlackInspector) -> Findings:
    try:
        if await slack.is_app_token():
            yield make_ok("Slack", "accepts the app-level token")
        else:
            yield make_fault("SLACK_APP_TOKEN", f"Slack does not accept it. {COPY} (Basic Information)")
    except (NotSentError, DeliveryUnknownError, RateLimitedError):
        return  # the check of the bot token meets the same error, and reports it


async def check_workspace(
    slack: SlackInspector, address: str, named: SlackIdReferences | None, team: str = ""
) -> Findings:
    """`named` is None if the playbook is invalid: then only the token is checked. `team` is that of the playbook."""
    try:
        identity = await slack.fetch_identity(team)
        if identity.other_team:  # what the playbook names is not in that one
            yield make_fault("SLACK_BOT_TOKEN", explain_other_team(identity.other_team, team))
            return
        yield make_ok("Slack", f"connected as @{identity.name} in {identity.team}")
        for finding in (*_check_scopes(identity), *_check_pins(identity), *_check_synced_groups(identity, named)):
            yield finding
        if named is not None:
            for part in (_check_channels, _check_groups, _check_people):
                async for finding in part(slack, identity, named):
                    yield finding
    except SlackRejectedError as no:
        yield _explain_rejection(no)
    except (NotSentError, DeliveryUnknownError) as lost:
        yield make_fault("SLACK_API_URL", f"{address} does not answer ({lost}). Check that this machine can reach it")
    except RateLimitedError as no:
        wait = f"Slack limits requests for {no.seconds:.0f} s"
        yield make_note("Slack", f"{wait}, so the check is not complete. Check again after that")


def _explain_rejection(no: SlackRejectedError) -> CheckFinding:
    if no.is_token_refused and no.error != "missing_scope":
        return make_fault("SLACK_BOT_TOKEN", f"Slack does not accept it ({no.error}). {COPY} (OAuth & Permissions)")
    return make_fault("Slack", f"it refuses to answer ({no.error}), so the check is not complete")


def _check_scopes(identity: BotIdentity) -> Iterator[CheckFinding]:
    if identity.scopes is None:
        yield make_note("SLACK_BOT_TOKEN", "Slack does not tell its scopes, so they are not checked")
        return
    for scope, what in SCOPES.items():
        if scope not in identity.scopes:
            yield make_fault("SLACK_BOT_TOKEN", f"the scope {scope} is missing ({what}). {AGAIN}")


def _check_pins(identity: BotIdentity) -> Iterator[CheckFinding]:
    """Crises work without pins."""
    missing = ", ".join(scope for scope in PINS if identity.scopes is not None and scope not in identity.scopes)
    if missing:
        yield make_note("Slack", f"crises work without pins, because {missing} is not granted. It is optional. {AGAIN}")


def _check_synced_groups(identity: BotIdentity, named: SlackIdReferences | None) -> Iterator[CheckFinding]:
    """Groups that follow a schedule need the scope to change them."""
    if named is None or identity.scopes is None or "usergroups:write" in identity.scopes:
        return
    for group, place in named.synced_groups.items():
        problem = f"{group} cannot follow the schedule without the optional scope usergroups:write"
        yield make_fault(place, f"{problem}. {AGAIN}")


async def _check_channels(slack: SlackInspector, identity: BotIdentity, named: SlackIdReferences) -> Findings:
    if identity.scopes is not None and not identity.scopes.intersection(READS_CHANNELS):
        unknown = "Earshot cannot check whether it is in the channels of the playbook"
        optional = f"channels:read {OPTIONAL['channels:read']}"
        yield make_note("Slack", f"without the scope channels:read, {unknown}. {optional}")
        return
    fit = 0
    for channel, place in list(named.channels.items())[:CHANNELS_MOST]:
        found = await _check_channel(slack, identity, channel, place)
        fit += found is None
        if found is not None:
            yield found
    if len(named.channels) > CHANNELS_MOST:
        yield make_note("Slack", f"only the first {CHANNELS_MOST} of {len(named.channels)} channels were checked")
    if fit:
        yield make_ok("Slack", f"{fit} of {len(named.channels)} channels accept messages")


async def _check_channel(slack: SlackInspector, identity: BotIdentity, channel: str, place: str) -> CheckFinding | None:
    try:
        found = await slack.fetch_channel(channel)
    except SlackRejectedError as no:
        if no.error == "missing_scope":
            return make_note(place, f"{channel} is private, and cannot be checked without the scope groups:read")
        if no.error != "channel_not_found":
            raise
        invite = f"If it is private, type /invite @{identity.name} in it. Otherwise correct the id"
        return make_fault(place, f"{channel} is not a channel that Earshot can see. {invite}")
    wrong = _explain_channel(found, identity)
    return make_fault(place, wrong) if wrong else None


def _explain_channel(channel: ChannelInfo, identity: BotIdentity) -> str:
    open_to_all = not channel.is_private and "chat:write.public" in (identity.scopes or ())
    if channel.is_archived:
        return f"#{channel.name} is archived. Unarchive it, or name another channel"
    if not channel.is_member and not open_to_all:
        return f"Earshot is not in #{channel.name}. Type /invite @{identity.name} there"
    return ""


async def _check_groups(slack: SlackInspector, identity: BotIdentity, named: SlackIdReferences) -> Findings:
    if not named.groups or "usergroups:read" not in (identity.scopes or {"usergroups:read"}):
        return  # the missing scope was reported
    known = await slack.fetch_user_groups()
    wrong = 0
    for group, place in named.groups.items():
        if group not in known:
            wrong += 1
            yield make_fault(
                place, f"{group} is not an active user group in {identity.team}. Correct its id, or enable it"
            )
        elif not known[group].members:
            wrong += 1
            handle = known[group].handle
            yield make_fault(place, f"the user group @{handle} ({group}) is empty. Add people to it in Slack")
    if not wrong:
        yield make_ok("Slack", f"user groups: {', '.join(f'@{known[group].handle}' for group in named.groups)}")


async def _check_people(slack: SlackInspector, identity: BotIdentity, named: SlackIdReferences) -> Findings:
    if not named.people:
        return
    if "users:read" not in (identity.scopes or {"users:read"}):
        unknown = "Earshot cannot check whether the people of the playbook exist"
        yield make_note("Slack", f"without the scope users:read, {unknown}")
        return
    wrong = 0
    for person in list(named.people)[:PEOPLE_MOST]:
        problem = await _explain_person(slack, identity, person)
        wrong += bool(problem)
        if problem:
            yield make_fault(named.people[person], problem)
    if len(named.people) > PEOPLE_MOST:
        yield make_note("Slack", f"only the first {PEOPLE_MOST} of {len(named.people)} people were checked")
    if not wrong:
        yield make_ok("Slack", f"{len(named.people)} people of the playbook exist")


async def _explain_person(slack: SlackInspector, identity: BotIdentity, person: str) -> str:
    try:
        found = await slack.fetch_user(person)
    except SlackRejectedError as no:
        if no.error not in {"user_not_found", "user_not_visible"}:
            raise
        return f"{person} is not a person in {identity.team}. Copy the member ID from the person's profile"
    if found.is_gone:
        return f"@{found.name} ({person}) has left {identity.team}. Name somebody else"
    return f"@{found.name} ({person}) is a bot. Name a person" if found.is_bot else ""
