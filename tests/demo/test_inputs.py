from pathlib import Path

from bot.demo.session import OPENING, compute_start
from bot.demo.setup import SAMPLE, load_demo_inputs


def test_all_faults_of_both_files_are_said_with_their_places(tmp_path: Path) -> None:
    rules, day = tmp_path / "rules.toml", tmp_path / "day.jsonl"
    rules.write_text('[brand]\nname = "X"\n[[departments]]\nname = "care"\nchanel = "C0CARE"\n', encoding="utf-8")
    day.write_text('{"id": "x:1", "text": "fine", "created_at": "2026-03-10T06:00:00Z"}\nnonsense\n', encoding="utf-8")

    found = load_demo_inputs(rules, day)

    assert found.playbook is None
    assert any("id you mean 'channel'?" in fault for fault in found.faults)
    assert any(fault.startswith(f"{day}: line 2") for fault in found.faults)


def test_an_empty_day_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "day.jsonl").write_text("\n", encoding="utf-8")

    assert load_demo_inputs(None, tmp_path / "day.jsonl").faults
    assert load_demo_inputs(None, tmp_path / "none.jsonl").faults


def test_a_day_is_played_in_the_order_in_which_it_was_said(tmp_path: Path) -> None:
    lines = (SAMPLE / "day.jsonl").read_text(encoding="utf-8").splitlines()
    (tmp_path / "day.jsonl").write_text("\n".join(reversed(lines)), encoding="utf-8")

    day = load_demo_inputs(None, tmp_path / "day.jsonl").day

    assert day == sorted(day, key=lambda one: one.created_at)
    assert day[OPENING - 1].created_at < compute_start(day) < day[OPENING].created_at
