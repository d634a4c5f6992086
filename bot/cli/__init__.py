"""The `earshot` command: one file a subcommand, one line each here.

Exit codes: 0 done, 1 refused with a reason, 2 wrong usage.
"""

import typer

from bot.cli import bench, check, dead, demo, manifest, replay, run, score

app = typer.Typer(
    name="earshot",
    help="Hears what is said about a brand in public, and gets it to the person who can answer it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

app.command("run")(run.run)
app.command("demo")(demo.demo)
app.command("check")(check.check)
app.command("manifest")(manifest.manifest)
app.command("score")(score.score)
app.command("replay")(replay.replay)
app.command("bench")(bench.bench)
app.add_typer(dead.app, name="dead")
