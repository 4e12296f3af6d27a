"""Licences of all locked packages; advisories, without a network."""

import importlib.util
from email.message import Message
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
spec = importlib.util.spec_from_file_location("audit", ROOT / "tools" / "audit.py")
assert spec and spec.loader
audit = importlib.util.module_from_spec(spec)
spec.loader.exec_module(audit)

PINS = dict(audit.pinned((ROOT / "requirements.lock").read_text()))


@pytest.mark.parametrize("name", PINS)
def test_a_locked_package_has_a_licence_that_is_allowed_or_was_decided_on(name):
    licence, verdict = audit.judge(name)
    if verdict == audit.GONE:
        pytest.skip(f"{name} is for another system")
    assert verdict != audit.NO, licence


def test_no_exception_is_kept_for_a_package_that_is_gone():
    assert set(audit.EXCEPTIONS) <= set(PINS)


def package(**fields: str) -> Message:
    """What a package says of itself."""
    found = Message()
    for name, text in fields.items():
        found[name.replace("_", "-")] = text
    return found


@pytest.mark.parametrize(
    "fields",
    [
        {"License_Expression": "GPL-3.0-or-later"},
        {"License_Expression": "MIT AND AGPL-3.0"},
        {"Classifier": "License :: OSI Approved :: GNU General Public License v3"},
        {"License": "Proprietary"},
        {"Name": "says nothing"},
    ],
)
def test_a_licence_that_nobody_decided_on_is_not_allowed(fields):
    assert not audit.allowed(audit.declared(package(**fields)))


def test_an_exception_holds_for_the_licence_that_it_names_alone(monkeypatch):
    other = package(License_Expression="GPL-3.0-or-later")
    monkeypatch.setattr(audit.metadata, "metadata", lambda name: other)
    assert audit.judge("hypothesis") == ("GPL-3.0-or-later", audit.NO)


def test_a_weakness_is_told_and_a_withdrawn_one_is_not():
    known = [
        {"id": "X-1", "fixed_in": ["1.1"], "withdrawn": None},
        {"id": "X-2", "fixed_in": [], "withdrawn": "2026-01-01"},
    ]
    found, silent = audit.advisories(
        [("a", "1.0")], lambda _: {"vulnerabilities": known}
    )
    assert found == ["a 1.0: X-1, mended in 1.1"] and not silent


@pytest.mark.parametrize("answer", [OSError("no route"), ValueError("no JSON"), {}])
def test_an_index_that_does_not_answer_is_said_and_soon_left_alone(answer):
    asked = []

    def ask(place):
        asked.append(place)
        if isinstance(answer, Exception):
            raise answer
        return answer

    found, silent = audit.advisories([(f"p{i}", "1") for i in range(9)], ask)
    assert not found and "NOT CHECKED" in silent
    assert len(asked) == audit.PATIENCE


@pytest.mark.parametrize(
    ("licence", "advised", "silent", "code"),
    [
        ("allowed", [], "", 0),
        ("allowed", [], "NOT CHECKED", 3),
        ("allowed", ["a 1.0: X-1"], "", 1),
        ("allowed", ["a 1.0: X-1"], "NOT CHECKED", 1),
        (audit.NO, [], "", 1),
    ],
)
def test_the_exit_code_tells_fine_from_bad_from_not_looked(
    licence, advised, silent, code, monkeypatch
):
    monkeypatch.setattr(audit, "judge", lambda name: ("MIT", licence))
    monkeypatch.setattr(audit, "advisories", lambda pins, ask: (advised, silent))
    assert audit.main() == code


def test_no_index_is_named_in_the_repository():
    for path in [ROOT / "tools" / "audit.py", *ROOT.glob("*.lock"), ROOT / "start.py"]:
        assert "://" not in path.read_text(), path
