"""`earshot train`: fine-tunes the weights in use, and replaces them only if the new ones are better."""

import importlib.util
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.exits import exit_on_error, fail_with, get_data_path, get_weights_path, print_line, print_warning
from bot.detectors.model.loading import LEARNED
from bot.detectors.model.weights import read_weights
from bot.distribution import format_requirement
from bot.training.atomic_write import AlreadyRunningError, hold_exclusive_lock, write_atomically
from bot.training.corpus import INTENTS
from bot.training.datasets import NONE_KNOWN, DatasetError, load_labelled

if TYPE_CHECKING:
    from bot.training.fine_tune import FineTuneTrial

NOT_LEARNED = (
    "Crisis is detected by rules, and spam by packaged weights. `earshot evaluate` measures them, and training on your "
    "posts does not change them."
)
NO_BETTER = "Rejected: nothing got better on held-out posts. The current weights stay in use."
SPOILS = (
    "Rejected: training on these posts hurts other tasks. Check their labels, or add posts of "
    "every kind. The current weights stay in use."
)
NEEDS = "Training needs scipy: pip install "


def train(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Labelled posts as JSON lines, as `earshot evaluate` reads them.")
    ] = None,
    corrections: Annotated[
        Path | None, typer.Option(help="The output of `earshot corrections export`.", show_default=False)
    ] = None,
    sets: Annotated[
        Path | None,
        typer.Option("--from", help="Build the packaged weights from a folder with the data sets of the model card."),
    ] = None,
    out: Annotated[Path, typer.Option(help="Where --from writes the weights.")] = Path("earshot.weights"),
    spam: Annotated[  # noqa: FBT002
        bool, typer.Option("--spam", help="With --from: build the weights of spam instead, a text file.")
    ] = False,
    hold_out: Annotated[  # noqa: FBT002
        bool,
        typer.Option(
            "--hold-out",
            help="With --from: hold out the posts that the card's figures come from, and write them to files.",
        ),
    ] = False,
    without: Annotated[
        list[str] | None, typer.Option(help="With --from: leave out this data set. You can give it more than once.")
    ] = None,
    made: Annotated[str, typer.Option(help="With --from: the date of the build that the file states.")] = "",
) -> None:
    """Improve the model with labelled posts and corrections.

    It rejects a model that isn't better on held-out posts or hurts other tasks, and shows the figures.

    New weights are stored in EARSHOT_DATA and used from the next start. The packaged weights stay.
    """
    if importlib.util.find_spec("scipy") is None:
        raise fail_with([NEEDS + format_requirement("train")])
    if sets is not None and spam:
        _build_spam_weights(sets, out)
        return
    if sets is not None:
        _build_weights(sets, out, hold_out=hold_out, without=without or (), made=made)
        return
    named = [*(files or []), *([corrections] if corrections else [])]
    if not named:
        raise fail_with(["Name files of labelled posts, or --corrections FILE."])
    _fine_tune(named)


def _build_weights(sets: Path, out: Path, *, hold_out: bool, without: Sequence[str], made: str) -> None:
    from bot.training.build import BuildError, build_weights, export_held_out, export_unlabelled  # noqa: PLC0415  (scipy is optional)
    from bot.training.corpus import CorpusError  # noqa: PLC0415

    try:
        data = build_weights(sets, print_warning, hold_out=hold_out, without=without, made_on=made)
    except OSError as no:
        raise fail_with([f"{no.filename}: cannot be read: {no.strerror}"]) from None
    except (BuildError, CorpusError) as no:
        raise fail_with([no]) from None
    with _fail_on_write_error(out):
        write_atomically(out, data)
        if hold_out:
            for name, lines in (("held_out", export_held_out(sets)), ("ordinary", export_unlabelled(sets))):
                out.with_suffix(f".{name}.jsonl").write_text("\n".join(lines), "utf-8")
    print_line(f"{out}: {len(data):,} bytes")


def _build_spam_weights(sets: Path, out: Path) -> None:
    from bot.training.corpus import CorpusError  # noqa: PLC0415
    from bot.training.spam_trainer import read_spam_rows, train_spam_weights  # noqa: PLC0415  (scipy is optional)

    try:
        data = train_spam_weights(read_spam_rows(sets), print_warning).encode()
    except OSError as no:
        raise fail_with([f"{no.filename}: cannot be read: {no.strerror}"]) from None
    except CorpusError as no:
        raise fail_with([no]) from None
    with _fail_on_write_error(out):
        write_atomically(out, data)
    print_line(f"{out}: {len(data):,} bytes")


def _fine_tune(named: list[Path]) -> None:
    from bot.training.fine_tune import MIN_ROWS, fine_tune  # noqa: PLC0415

    try:
        rows = [row for row in load_labelled(named) if row.sentiment or not row.heads.keys().isdisjoint(INTENTS)]
    except DatasetError as no:
        raise fail_with([no]) from None
    if not rows:
        raise fail_with([NONE_KNOWN, NOT_LEARNED])
    path = get_data_path() / LEARNED
    with _fail_on_write_error(path), hold_exclusive_lock(path):
        with exit_on_error():
            found = fine_tune(read_weights(get_weights_path()), rows)
        for trial in found.trials:
            print_line(f"{trial}: {_describe_trial(trial)}")
        if not found.trials:
            raise fail_with([f"There are {len(rows)} labelled posts. Training needs at least {MIN_ROWS} of one kind."])
        if not any(trial.is_better for trial in found.trials):
            raise fail_with([SPOILS if any(trial.is_harmful for trial in found.trials) else NO_BETTER])
        write_atomically(path, found.data)
    print_line(_describe_weights(path))


def _describe_trial(trial: "FineTuneTrial") -> str:
    if trial.is_harmful:
        return "rejected, because it hurts other posts"
    return "better" if trial.is_better else "not better, so nothing changes"


def _describe_weights(path: Path) -> str:
    if get_weights_path() != path:
        return f"{path}: not in use, because EARSHOT_MODEL names {get_weights_path()}. Empty it to use these."
    return f"{path}: in use from the next start. Delete it to go back to the packaged weights."


@contextmanager
def _fail_on_write_error(path: Path) -> Iterator[None]:
    try:
        yield
    except AlreadyRunningError:
        raise fail_with([f"{path}: another `earshot train` is running. Try again when it has ended."]) from None
    except OSError as no:
        raise fail_with([f"{path}: cannot be written: {no.strerror}. The old file is unchanged."]) from None
