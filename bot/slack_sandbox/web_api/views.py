"""views.*: modals and Home tabs."""

from bot.slack_sandbox import view_stack
from bot.slack_sandbox.block_kit import check_view
from bot.slack_sandbox.slack_errors import Json, SlackError, build_validation_error
from bot.slack_sandbox.views import SlackView
from bot.slack_sandbox.web_api.request import ApiCall
from bot.slack_sandbox.workspace import APP_ID, BOT_ID


def open_view(call: ApiCall) -> Json:
    shown = _parse_view(call, "modal")
    trigger = call.app.triggers.redeem_trigger(call.require_text("trigger_id"))
    _check_external_id(call, shown, None)
    return build_view_response(call, view_stack.open_modal(call.workspace, trigger.user, shown))


def push_view(call: ApiCall) -> Json:
    shown = _parse_view(call, "modal")
    trigger = call.app.triggers.redeem_trigger(call.require_text("trigger_id"))
    if not trigger.view_id or not call.workspace.modals.get(trigger.user):
        raise SlackError("invalid_trigger_id")
    _check_external_id(call, shown, None)
    return build_view_response(call, view_stack.push_modal(call.workspace, trigger.user, shown))


def update_view(call: ApiCall) -> Json:
    shown = _parse_view(call, "modal", "home")
    view = _find_view(call)
    if shown["type"] != view.type:
        raise SlackError("invalid_arguments")
    _check_view_hash(call, view)
    _check_external_id(call, shown, view)
    return build_view_response(call, view_stack.replace_view(call.workspace, view, shown))


def publish_view(call: ApiCall) -> Json:
    shown = _parse_view(call, "home")
    user = call.require_user("user_id")
    home = call.workspace.homes.get(user.id)
    if home is not None:
        _check_view_hash(call, home)
    return build_view_response(call, view_stack.publish_home(call.workspace, user.id, shown))


def _parse_view(call: ApiCall, *types: str) -> Json:
    view = call.get_json("view", "invalid_arguments")
    if not isinstance(view, dict):
        raise build_validation_error("invalid_arguments", ["[ERROR] missing required field: view"])
    if view.get("type") not in types:
        raise build_validation_error("invalid_arguments", ["[ERROR] unsupported type [json-pointer:/view/type]"])
    faults = check_view(view)
    if faults:
        raise build_validation_error("invalid_arguments", faults)
    return view


def _find_view(call: ApiCall) -> SlackView:
    view_id, external_id = call.get_text("view_id"), call.get_text("external_id")
    if bool(view_id) == bool(external_id):
        raise build_validation_error("invalid_arguments", ["[ERROR] give view_id or external_id"])
    for view in view_stack.iter_views(call.workspace):
        if view.id == view_id or (external_id and view.body.get("external_id") == external_id):
            return view
    raise SlackError("not_found")


def _check_view_hash(call: ApiCall, view: SlackView) -> None:
    expected = call.get_text("hash")
    if expected and expected != view.hash:
        raise SlackError("hash_conflict")


def _check_external_id(call: ApiCall, shown: Json, this: SlackView | None) -> None:
    wanted = shown.get("external_id")
    for view in view_stack.iter_views(call.workspace):
        if wanted and view is not this and view.body.get("external_id") == wanted:
            raise SlackError("duplicate_external_id")


def build_view_response(call: ApiCall, view: SlackView) -> Json:
    return {"view": view.build_view_payload(call.workspace.team_id, APP_ID, BOT_ID)}


METHODS = {"views.open": open_view, "views.push": push_view, "views.update": update_view, "views.publish": publish_view}
