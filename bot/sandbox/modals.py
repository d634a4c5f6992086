"""One person before a modal: filling in, submitting, closing, and what the app makes of it."""

from typing import Any

from bot.sandbox import choices, forms, reading, stacks
from bot.sandbox.blocks import check_view
from bot.sandbox.deliveries import INTERACTIVE, Deliveries
from bot.sandbox.errors import Json, SlackError
from bot.sandbox.feed import ChangeKind
from bot.sandbox.outcomes import Outcome, Refused, withheld
from bot.sandbox.payloads import Payloads
from bot.sandbox.suggestions import Suggestions
from bot.sandbox.views import View, state_of
from bot.sandbox.workspace import User, Workspace


class Modals:
    def __init__(self, user: User, workspace: Workspace, payloads: Payloads, deliveries: Deliveries) -> None:
        self._user, self._workspace = user, workspace
        self._payloads, self._deliveries = payloads, deliveries
        self._suggestions = Suggestions(user, payloads, deliveries)

    async def fill(self, field: str, value: Any) -> Outcome | None:
        view = self._open()
        block = forms.field(view, field)
        element = block["element"]
        options = await self._suggestions.options(view, block, element, value)
        put = choices.state_value(element, value, options)
        view.put(block["block_id"], element["action_id"], state_of(element, put))
        if not block.get("dispatch_action"):
            return None
        chosen = choices.chosen_in(element, value, options)
        action = choices.action(block, element, self._workspace.stamps.next(), chosen)
        body = self._payloads.block_actions_in_view(self._user, view, [action])
        return await self._deliveries.interaction(INTERACTIVE, body)

    async def submit(self) -> Outcome:
        view = self._open()
        if not view.shown.get("submit") or view.shown.get("submit_disabled"):
            raise Refused("this modal cannot be submitted")
        mistakes = forms.mistakes(view)
        if mistakes:
            return withheld(mistakes)
        body = self._payloads.submission(self._user, view, self._response_urls(view))
        outcome = await self._deliveries.interaction(INTERACTIVE, body)
        return self._conclude(view, outcome) if outcome.acked else outcome

    async def close(self, *, everything: bool) -> Outcome:
        """The app hears of it only where it asked to (`notify_on_close`)."""
        view = self._open()
        cleared = everything or bool(view.shown.get("clear_on_close"))
        outcome = Outcome(0, acked=True, sent=False)
        for closed in stacks.close(self._workspace, self._user.id, everything=cleared):
            if closed.shown.get("notify_on_close"):
                body = self._payloads.closed(self._user, closed, cleared=cleared)
                outcome = await self._deliveries.interaction(INTERACTIVE, body)
        return outcome

    def _open(self) -> View:
        view = self._workspace.modal_of(self._user.id)
        if view is None:
            raise Refused(f"no modal is open before {self._user.name}")
        return view

    def _response_urls(self, view: View) -> list[Json]:
        given = []
        for block, element in reading.elements(view.blocks):
            state = view.values.get(block["block_id"], {}).get(element["action_id"], {})
            channel = state.get("selected_conversation") or state.get("selected_channel")
            if element.get("response_url_enabled") and channel:
                url = self._payloads.urls.issue(self._user.id, channel)
                ids = {"block_id": block["block_id"], "action_id": element["action_id"], "channel_id": channel}
                given.append({**ids, "response_url": url})
        return given

    def _conclude(self, view: View, outcome: Outcome) -> Outcome:
        """Does what the ack asks for. An ack Slack cannot follow leaves the modal open, with a warning."""
        if not outcome.body:
            self._done(view)
            return outcome
        try:
            errors = self._follow(view, outcome.body)
        except SlackError as no:
            self._workspace.feed.add(ChangeKind.REJECTED, user=self._user.id, error=no.word, **no.beside)
            return Outcome(outcome.status, outcome.acked, outcome.seconds, outcome.body, warning=no.word)
        return Outcome(outcome.status, outcome.acked, outcome.seconds, outcome.body, errors=errors)

    def _done(self, view: View) -> None:
        if self._workspace.modal_of(self._user.id) is view:
            stacks.close(self._workspace, self._user.id)

    def _follow(self, view: View, body: Any) -> dict[str, str]:
        match body:
            case {"response_action": "errors", "errors": dict(errors)} if errors:
                return _checked(view, errors)
            case {"response_action": "clear"}:
                stacks.close(self._workspace, self._user.id, everything=True)
            case {"response_action": "update", "view": dict(shown)}:
                stacks.update(self._workspace, view, _valid(shown))
            case {"response_action": "push", "view": dict(shown)}:
                stacks.push_modal(self._workspace, self._user.id, _valid(shown))
            case _:
                raise SlackError("invalid_response_action")
        return {}


def _checked(view: View, errors: dict[str, Any]) -> dict[str, str]:
    """Slack shows a connection error when an error names what is no input block."""
    known = {block["block_id"] for block in forms.inputs(view)}
    if not set(errors) <= known or not all(isinstance(text, str) and text for text in errors.values()):
        raise SlackError("invalid_response_errors", named=sorted(errors))
    return errors


def _valid(shown: Json) -> Json:
    faults = check_view(shown)
    if faults or shown.get("type") != "modal":
        raise SlackError("invalid_response_view", faults=faults)
    return shown
