"""A person's open modals: filling in, submitting, closing, applying the app's ack; and the options of menus."""

from typing import Any

from bot.slack_sandbox import block_text, client_validation, interactive_elements, view_stack
from bot.slack_sandbox.block_kit import check_view
from bot.slack_sandbox.change_log import ChangeKind
from bot.slack_sandbox.event_delivery import INTERACTIVE, EventDelivery
from bot.slack_sandbox.interactive_elements import Surface
from bot.slack_sandbox.payloads import PayloadBuilder
from bot.slack_sandbox.results import ClientRefusedError, DeliveryOutcome, build_client_rejection
from bot.slack_sandbox.slack_errors import Json, SlackError
from bot.slack_sandbox.views import SlackView, build_state
from bot.slack_sandbox.workspace import WorkspaceUser


class OptionSuggestions:
    """The options of an element: static ones, or those the app returns for an external select."""

    def __init__(self, user: WorkspaceUser, payloads: PayloadBuilder, deliveries: EventDelivery) -> None:
        self._user, self._payloads, self._deliveries = user, payloads, deliveries

    async def find(self, holder: Surface, block: Json, element: Json, wanted: Any) -> list[Json]:
        """Return the options for `wanted`: a typed text or a value, or a list of them. The app is asked for each."""
        if not element["type"].endswith("external_select"):
            return interactive_elements.list_options(element)
        found: list[Json] = []
        for typed in wanted if isinstance(wanted, list) else [wanted] if wanted else []:
            body = self._payloads.build_suggestion(self._user, holder, block, element, str(typed))
            outcome = await self._deliveries.deliver_interaction(INTERACTIVE, body)
            found += interactive_elements.list_options(outcome.body) if isinstance(outcome.body, dict) else []
        return found


class ModalSession:
    def __init__(self, user: WorkspaceUser, payloads: PayloadBuilder, deliveries: EventDelivery) -> None:
        self._user, self._workspace = user, payloads.app.workspace
        self._payloads, self._deliveries = payloads, deliveries
        self._suggestions = OptionSuggestions(user, payloads, deliveries)

    async def fill_input(self, field: str, value: Any, *, silent: bool = False) -> DeliveryOutcome | None:
        view = self._require_open_view()
        block = client_validation.find_input(view, field)
        element = block["element"]
        options = await self._suggestions.find(view, block, element, value)
        put = interactive_elements.build_state_value(element, value, options)
        view.set_state(block["block_id"], element["action_id"], build_state(element, put))
        if silent or not block.get("dispatch_action"):
            return None
        chosen = interactive_elements.build_selection(element, value, options)
        action = interactive_elements.build_action(block, element, self._workspace.stamps.issue_ts(), chosen)
        body = self._payloads.build_view_actions(self._user, view, [action])
        return await self._deliveries.deliver_interaction(INTERACTIVE, body)

    async def submit(self) -> DeliveryOutcome:
        view = self._require_open_view()
        if not view.body.get("submit") or view.body.get("submit_disabled"):
            raise ClientRefusedError("this modal cannot be submitted")
        mistakes = client_validation.validate_inputs(view)
        if mistakes:
            return build_client_rejection(mistakes)
        body = self._payloads.build_view_submission(self._user, view, self._issue_response_urls(view))
        outcome = await self._deliveries.deliver_interaction(INTERACTIVE, body)
        return self._apply_ack(view, outcome) if outcome.acked else outcome

    async def close(self, *, everything: bool) -> DeliveryOutcome:
        """Close one modal or all of them; the app is notified of each that has `notify_on_close`."""
        view = self._require_open_view()
        cleared = everything or bool(view.body.get("clear_on_close"))
        outcome = DeliveryOutcome(0, acked=True, sent=False)
        for closed in view_stack.close_modals(self._workspace, self._user.id, everything=cleared):
            if closed.body.get("notify_on_close"):
                body = self._payloads.build_view_closed(self._user, closed, cleared=cleared)
                outcome = await self._deliveries.deliver_interaction(INTERACTIVE, body)
        return outcome

    def _require_open_view(self) -> SlackView:
        view = self._workspace.get_modal(self._user.id)
        if view is None:
            raise ClientRefusedError(f"no modal is open before {self._user.name}")
        return view

    def _issue_response_urls(self, view: SlackView) -> list[Json]:
        given = []
        for block, element in block_text.iter_block_elements(view.blocks):
            state = view.values.get(block["block_id"], {}).get(element["action_id"], {})
            channel = state.get("selected_conversation") or state.get("selected_channel")
            if element.get("response_url_enabled") and channel:
                url = self._payloads.urls.issue_url(self._user.id, channel)
                ids = {"block_id": block["block_id"], "action_id": element["action_id"], "channel_id": channel}
                given.append({**ids, "response_url": url})
        return given

    def _apply_ack(self, view: SlackView, outcome: DeliveryOutcome) -> DeliveryOutcome:
        """Apply the response action of the ack. An invalid one leaves the modal open, with a warning."""
        if not outcome.body:
            self._close_if_open(view)
            return outcome
        try:
            errors = self._apply_response_action(view, outcome.body)
        except SlackError as no:
            self._workspace.feed.add(ChangeKind.REJECTED, user=self._user.id, error=no.word, **no.beside)
            return DeliveryOutcome(outcome.status, outcome.acked, outcome.seconds, outcome.body, warning=no.word)
        return DeliveryOutcome(outcome.status, outcome.acked, outcome.seconds, outcome.body, errors=errors)

    def _close_if_open(self, view: SlackView) -> None:
        if self._workspace.get_modal(self._user.id) is view:
            view_stack.close_modals(self._workspace, self._user.id)

    def _apply_response_action(self, view: SlackView, body: Any) -> dict[str, str]:
        match body:
            case {"response_action": "errors", "errors": dict(errors)} if errors:
                return _check_error_blocks(view, errors)
            case {"response_action": "clear"}:
                view_stack.close_modals(self._workspace, self._user.id, everything=True)
            case {"response_action": "update", "view": dict(shown)}:
                view_stack.replace_view(self._workspace, view, _require_valid_modal(shown))
            case {"response_action": "push", "view": dict(shown)}:
                view_stack.push_modal(self._workspace, self._user.id, _require_valid_modal(shown))
            case _:
                raise SlackError("invalid_response_action")
        return {}


def _check_error_blocks(view: SlackView, errors: dict[str, Any]) -> dict[str, str]:
    """Slack shows a connection error if an error names a block that is no input."""
    known = {block["block_id"] for block in client_validation.list_inputs(view)}
    if not set(errors) <= known or not all(isinstance(text, str) and text for text in errors.values()):
        raise SlackError("invalid_response_errors", named=sorted(errors))
    return errors


def _require_valid_modal(shown: Json) -> Json:
    faults = check_view(shown)
    if faults or shown.get("type") != "modal":
        raise SlackError("invalid_response_view", faults=faults)
    return shown
