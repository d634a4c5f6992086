"""views.*: modals and Home tabs."""

from bot.sandbox import stacks
from bot.sandbox.blocks import check_view
from bot.sandbox.errors import Json, SlackError, invalid
from bot.sandbox.views import View
from bot.sandbox.web_api.call import Call
from bot.sandbox.workspace import APP_ID, BOT_ID, TEAM_ID


def open_view(call: Call) -> Json:
    shown = _view(call, "modal")
    trigger = call.app.triggers.redeem(call.needed("trigger_id"))
    _no_other(call, shown, None)
    return told(stacks.open_modal(call.workspace, trigger.user, shown))


def push(call: Call) -> Json:
    shown = _view(call, "modal")
    trigger = call.app.triggers.redeem(call.needed("trigger_id"))
    if not trigger.view_id or not call.workspace.modals.get(trigger.user):
        raise SlackError("invalid_trigger_id")
    _no_other(call, shown, None)
    return told(stacks.push_modal(call.workspace, trigger.user, shown))


def update(call: Call) -> Json:
    shown = _view(call, "modal", "home")
    view = _found(call)
    if shown["type"] != view.type:
        raise SlackError("invalid_arguments")
    _same(call, view)
    _no_other(call, shown, view)
    return told(stacks.update(call.workspace, view, shown))


def publish(call: Call) -> Json:
    shown = _view(call, "home")
    user = call.user("user_id")
    home = call.workspace.homes.get(user.id)
    if home is not None:
        _same(call, home)
    return told(stacks.publish(call.workspace, user.id, shown))


def _view(call: Call, *types: str) -> Json:
    view = call.json("view", "invalid_arguments")
    if not isinstance(view, dict):
        raise invalid("invalid_arguments", ["[ERROR] missing required field: view"])
    if view.get("type") not in types:
        raise invalid("invalid_arguments", ["[ERROR] unsupported type [json-pointer:/view/type]"])
    faults = check_view(view)
    if faults:
        raise invalid("invalid_arguments", faults)
    return view


def _found(call: Call) -> View:
    view_id, external_id = call.text("view_id"), call.text("external_id")
    if bool(view_id) == bool(external_id):
        raise invalid("invalid_arguments", ["[ERROR] give view_id or external_id"])
    for view in stacks.all_views(call.workspace):
        if view.id == view_id or (external_id and view.shown.get("external_id") == external_id):
            return view
    raise SlackError("not_found")


def _same(call: Call, view: View) -> None:
    expected = call.text("hash")
    if expected and expected != view.hash:
        raise SlackError("hash_conflict")


def _no_other(call: Call, shown: Json, this: View | None) -> None:
    wanted = shown.get("external_id")
    for view in stacks.all_views(call.workspace):
        if wanted and view is not this and view.shown.get("external_id") == wanted:
            raise SlackError("duplicate_external_id")


def told(view: View) -> Json:
    return {"view": view.payload(TEAM_ID, APP_ID, BOT_ID)}


METHODS = {"views.open": open_view, "views.push": push, "views.update": update, "views.publish": publish}
