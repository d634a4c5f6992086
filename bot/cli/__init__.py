"""The `earshot` command: one file a subcommand, one line here.

Exit codes: 0 done, 1 refused with a reason, 2 wrong usage.
"""

import gc
from importlib import import_module
from types import MappingProxyType, ModuleType
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

COMMANDS = MappingProxyType(
    {
        "demo": "bot.cli.demo:run_demo",
        "listen": "bot.cli.listen:listen",
        "run": "bot.cli.run:run",
        "check": "bot.cli.check:check",
        "manifest": "bot.cli.manifest:print_manifest",
        "playbook": "bot.cli.playbook:print_playbook",
        "score": "bot.cli.score:score",
        "replay": "bot.cli.replay:replay",
        "dead": "bot.cli.dead:app",
        "forget": "bot.cli.forget:forget",
        "evaluate": "bot.cli.evaluate:evaluate",
        "export": "bot.cli.export:export",
        "import": "bot.cli.state:import_state",
        "recover": "bot.cli.state:record_restore",
        "report": "bot.cli.report:report",
        "corrections": "bot.cli.corrections:app",
        "train": "bot.cli.train:train",
        "bench": "bot.cli.bench:run_bench",
    }
)
"""In the order in which a newcomer needs them. Each is imported when it is asked for: `earshot run` has to be ready
in two seconds, and neither TextBlob's yardstick nor the sandbox is any of its business."""
FIRST_STEPS = """\
earshot demo    Try it: a sample day in your browser. You need no account.
earshot listen  See real posts: earshot listen --term "northwind air". You need no account.
earshot check   Check your settings and your playbook, and see what is missing.
earshot run     Connect to Slack and start. `earshot --help` lists all commands.
"""
DESCRIPTION = "Spots public posts about a brand and routes each one, in Slack, to someone who can answer right away."


def _import_frozen(name: str) -> ModuleType:
    """What is imported stays: to look for garbage among it, while it grows and ever after, is a tenth of the start."""
    gc.disable()
    try:
        return import_module(name)
    finally:
        gc.freeze()
        gc.enable()


class CommandGroup(TyperGroup):
    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.commands = dict.fromkeys(COMMANDS, typer.core.TyperCommand(""))
        """For the library's suggestions only."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - the signature is the library's
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        """None for a name that is none: the library then says so, and ends with 2."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        found = getattr(_import_frozen(module), name)
        if not isinstance(found, typer.Typer):
            one = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
            one.command(cmd_name)(found)
            found = one
        command = get_command(found)
        command.name = cmd_name
        return command


app = typer.Typer(
    name="earshot",
    cls=CommandGroup,
    help=DESCRIPTION,
    invoke_without_command=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _print_version(asked: bool) -> None:  # noqa: FBT001 - the signature is the library's
    if asked:
        from bot.distribution import find_version  # noqa: PLC0415 - what a command needs is imported for it

        typer.echo(f"earshot {find_version()}")
        raise typer.Exit


@app.callback()
def describe_app(
    context: typer.Context,
    *,
    version: Annotated[  # noqa: ARG001 - its callback answers
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    if context.invoked_subcommand is None:
        typer.echo(FIRST_STEPS, nl=False)
