"""The playbook is reloaded while Earshot runs."""

from pathlib import Path

import pytest

from bot.config import PlaybookError, PlaybookReloader
from tests.config.sample_playbook import BRAND, write_department, write_playbook


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "playbook.toml"
    path.write_text(write_playbook())
    return path


def test_what_was_changed_rightly_is_in_force_after_a_reload(file: Path) -> None:
    live = PlaybookReloader(file)
    file.write_text(write_playbook(write_department()))

    assert live.reload() == ()
    assert live.current.find_department("third").channel == "C0THIRD"


def test_a_bad_file_is_refused_and_the_old_one_stays(file: Path) -> None:
    live = PlaybookReloader(file)
    before = live.current
    file.write_text(write_playbook(write_department('hours = "always"')))

    assert [fault.place for fault in live.reload()] == ["departments[3].hours[1]"]
    assert live.current is before


def test_a_file_that_is_gone_is_refused_and_the_old_one_stays(file: Path) -> None:
    live = PlaybookReloader(file)
    file.unlink()

    assert "there is no such file" in str(live.reload()[0])
    assert live.current.brand.name == "Northwind Air"


def test_another_brand_takes_a_restart_because_everything_is_kept_under_its_name(file: Path) -> None:
    live = PlaybookReloader(file)
    file.write_text(write_playbook(brand=BRAND.replace("Northwind", "Southwind")))

    assert [fault.place for fault in live.reload()] == ["brand.name"]
    assert live.current.slug == "northwind-air"


def test_a_bad_file_at_start_is_no_playbook_at_all(file: Path) -> None:
    file.write_text("")

    with pytest.raises(PlaybookError):
        PlaybookReloader(file)
