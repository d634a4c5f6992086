"""`earshot manifest`: prints the Slack app manifest, to be pasted under api.slack.com/apps, Create New App."""

import json
from typing import Annotated
from urllib.parse import urlsplit

import typer

from bot.cli.exits import print_line, print_warning
from handlers.manifest import build_manifest
from handlers.oauth import REDIRECT_PATH

EVENTS_PATH = "/slack/events"


def print_manifest(
    *,
    socket: Annotated[
        bool | None,
        typer.Option("--socket/--http", help="How requests come in. Default: --socket, unless --url is given."),
    ] = None,
    url: Annotated[
        str, typer.Option(help=f"Where Slack reaches Earshot over HTTP. {EVENTS_PATH} is added if it has no path.")
    ] = "",
    install_url: Annotated[
        str, typer.Option(help=f"Where people install the app by a link: {REDIRECT_PATH} is added if it has no path.")
    ] = "",
) -> None:
    """Print the Slack app manifest, as JSON."""
    over_socket = not url if socket is None else socket
    if over_socket and url:
        raise typer.BadParameter("Socket Mode needs no address. Leave out --url, or use --http")
    if not over_socket and not url:
        raise typer.BadParameter(f"over HTTP, Slack needs an address to send requests to: --url https://…{EVENTS_PATH}")
    address = None if over_socket else _build_address(url, EVENTS_PATH, "--url")
    redirect = _build_address(install_url, REDIRECT_PATH, "--install-url") if install_url else None
    manifest = build_manifest(socket_mode=over_socket, request_url=address, redirect_url=redirect)
    print_line(json.dumps(manifest, indent=2, ensure_ascii=False))


def _build_address(url: str, path: str, option: str) -> str:
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise typer.BadParameter(f"{url!r} is not a web address. It begins with https://", param_hint=option)
    if parts.scheme == "http":
        print_warning(
            "The real Slack only sends requests to https:// addresses. This one works with a simulated Slack."
        )
    return parts._replace(path=path).geturl() if parts.path in {"", "/"} else parts.geturl()
