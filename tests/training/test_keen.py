"""What `make keen` does around the training: which posts, which shares, which files. torch is not needed for these."""

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest

from bot.detectors.engines.keen import MANIFEST, MODEL, TOKENIZER, find_keen_folder, load_keen_model
from bot.detectors.model.weights import PACKAGED
from bot.training.corpus import AIRLINE, VALIDATION, CorpusRow
from bot.training.keen.mixture import (
    HeldOutPredictions,
    MixtureShares,
    choose_shares,
    list_figures,
    mix_probabilities,
    select_even_folds,
)
from bot.training.keen.posts import MEASURED_MOST, predict_sentiments, select_rows
from bot.training.keen.wheel import write_wheel
from tests.detectors.small_keen import write_keen

CHANCE = np.random.default_rng(1)


def row(text: str, source: str = "semeval", fold: int = 50, sentiment: str = "negative") -> CorpusRow:
    return CorpusRow(text, source, fold, sentiment)


def test_posts_that_are_held_out_are_not_learned_from_nor_is_anything_with_the_same_words() -> None:
    known = [
        row("a"),
        row("b", fold=3),
        row("c", VALIDATION[0]),
        row("  B https://x.example", "tse"),
        row("d", "pool", 50, ""),
    ]
    rows = select_rows([*known, row("B"), row("c", AIRLINE), row("f", "irony")])

    assert [one.text for one in rows.training] == ["a", "  B https://x.example"]
    assert [one.text for one in rows.held_out] == ["c", "b"]


def test_every_second_comment_is_learned_from_and_some_posts_of_each_source_are_measured() -> None:
    comments = [row(f"c{n}", "reddit", 50 + n % 2) for n in range(10)]
    many = [row(f"p{n}", AIRLINE, 0) for n in range(MEASURED_MOST + 5)]
    rows = select_rows([*comments, *many])

    assert (len(rows.training), len(rows.held_out)) == (5, MEASURED_MOST)


def test_the_light_model_is_asked_in_order() -> None:
    found = predict_sentiments(PACKAGED, [row("I love it, wonderful"), row("the worst, I hate it")] * 40)

    assert found.shape == (80, 3)
    assert found.argmax(axis=1).tolist() == [2, 0] * 40


def predict(gold: np.ndarray, right: float, sure: float = 0.8) -> np.ndarray:
    """Predictions of which a share is right."""
    guess = np.where(CHANCE.random(gold.size) < right, gold, (gold + 1 + CHANCE.integers(0, 2, gold.size)) % 3)
    found = np.full((gold.size, 3), (1 - sure) / 2)
    found[np.arange(gold.size), guess] = sure
    return found


def build_predictions(light: dict[str, float], keen: dict[str, float], posts: int = 3_000) -> HeldOutPredictions:
    """Predictions for these sources with these shares of right ones."""
    source = np.repeat(list(light), posts)
    gold = CHANCE.integers(0, 3, source.size)
    by = [np.concatenate([predict(gold[source == name], how[name]) for name in how]) for how in (light, keen)]
    return HeldOutPredictions(source, select_even_folds(list(range(source.size))), gold, by[0], by[1], by[1])


def test_the_better_model_counts_more_and_both_are_calibrated() -> None:
    found = build_predictions(
        {"semeval": 0.6, AIRLINE: 0.6, "reddit": 0.6}, {"semeval": 0.75, AIRLINE: 0.75, "reddit": 0.75}
    )
    shares = choose_shares(found)
    figures = {one.name: one for one in list_figures(found, shares)}

    assert shares.keen > shares.light > 0
    assert figures["semeval, light: macro-recall"].value < figures["semeval, keen: macro-recall"].value
    assert figures["semeval, keen: calibration error"].value < 0.05
    assert figures["semeval, keen: macro-recall"].posts == 1_500


def test_a_source_that_is_only_chosen_on_has_no_figures() -> None:
    found = build_predictions({"semeval": 0.6, "reddit": 0.6}, {"semeval": 0.7, "reddit": 0.7})
    hidden = found._replace(is_chosen_on=found.is_chosen_on | (found.source == "reddit"))
    assert {one.name.partition(",")[0] for one in list_figures(hidden, MixtureShares(1.0, 1.0))} == {"semeval"}


def test_a_transformer_that_harms_a_source_does_not_count() -> None:
    found = build_predictions({"semeval": 0.6, AIRLINE: 0.8}, {"semeval": 0.8, AIRLINE: 0.34})
    mixed = mix_probabilities(choose_shares(found), found.keen, found.light)

    airline = (found.source == AIRLINE) & found.is_chosen_on
    assert (mixed.argmax(axis=1) == found.gold)[airline].mean() >= (found.light.argmax(axis=1) == found.gold)[
        airline
    ].mean() - 0.01


def test_shares_that_say_light_alone_leave_it_as_it_is() -> None:
    light = np.array([[0.7, 0.2, 0.1]])
    assert mix_probabilities(MixtureShares(0.0, 1.0), np.array([[0.0, 0.0, 1.0]]), light) == pytest.approx(light)


def pack(folder: Path, out: Path) -> Path:
    write_keen(folder)
    return write_wheel(out, "1.2", {name: (folder / name).read_bytes() for name in (MODEL, TOKENIZER, MANIFEST)})


def test_the_wheel_is_found_by_its_entry_point_and_its_model_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = tmp_path / "site"
    with zipfile.ZipFile(pack(tmp_path / "files", tmp_path / "dist")) as wheel:
        wheel.extractall(site)
    monkeypatch.syspath_prepend(site)

    assert find_keen_folder() == site / "earshot_keen"
    assert load_keen_model().manifest.version == "1"


def test_the_same_files_give_the_same_wheel_and_its_record_names_all_of_it(tmp_path: Path) -> None:
    first, again = pack(tmp_path / "files", tmp_path / "one"), pack(tmp_path / "files", tmp_path / "two")
    assert first.read_bytes() == again.read_bytes()
    with zipfile.ZipFile(first) as wheel:
        record = wheel.read("earshot_keen-1.2.dist-info/RECORD").decode()
        manifest = json.loads(wheel.read("earshot_keen/keen.json"))
        assert sorted(line.split(",")[0] for line in record.splitlines()) == sorted(wheel.namelist())
    assert manifest["sha256"].keys() == {MODEL, TOKENIZER}
