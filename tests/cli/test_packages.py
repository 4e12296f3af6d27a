"""Packages of the lander that are missing: said at once, before anything is made."""

import pytest

from telic.cli.main import main
from telic.scale import local
from telic.worlds import lander


@pytest.fixture(params=["Box2D", "pygame"])
def missing(request, monkeypatch):
    """A package of the lander that is not installed."""
    found = lander.find_spec
    monkeypatch.setattr(
        lander, "find_spec", lambda name: None if name == request.param else found(name)
    )
    return request.param


def test_a_lander_without_its_packages_is_refused_before_a_folder_is_made(
    missing, tmp_path, capsys
):
    argv = ["train", "landing", "--preset", "small", "--root", str(tmp_path / "runs")]
    assert main(argv) == 2
    said = capsys.readouterr().err
    assert f"the lander needs {missing}" in said
    assert "start.py train landing" in said and "telic[lander]" in said
    assert not (tmp_path / "runs").exists()


def test_a_study_of_landers_without_them_is_refused_before_a_process_is_made(
    missing, tmp_path, capsys, monkeypatch
):
    from telic.runs import folder
    from telic.studies import Landing
    from telic.studies.base import preset

    plan = preset(Landing, "small").plan()
    folder.create_run(tmp_path, "flown", 0, plan)
    monkeypatch.setattr(folder.Run, "status", lambda run: "complete")
    monkeypatch.setattr(local, "carry_all", None)  # calling it would be a bug, exit 70
    assert main(["study", "snr", "flown", "--root", str(tmp_path)]) == 2
    assert f"the lander needs {missing}" in capsys.readouterr().err


def test_keys_need_none_of_them(missing):
    from telic.worlds import Keys
    from telic.worlds.host import check_ready

    check_ready(Keys())
