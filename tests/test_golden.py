"""What small runs give today, held against tests/golden.json.

What does not depend on the processor must be the same: the names, shapes and types of
every leaf of a checkpoint, the fields of an answer and how many there are, the
lines of the pages but for their numbers. Of numbers the sizes of weights and the
means of many are compared, loosely: single episodes hang on draws, and one that falls
otherwise changes all that follows it. Bit for bit, `python tools/golden.py compare
COMMIT .` compares everything, on one machine.

If a change here is meant, remake the file with `python tools/golden.py expect`, look at
what changed in it, and say in the CHANGELOG why.
"""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from telic.cli import report
from telic.runs.folder import Run
from telic.stats.rows import Rows
from telic.studies import pages, results
from telic.studies.base import settings_of
from tests.studies.trained import SPLICE
from tools import golden

FILE = Path(__file__).with_name("golden.json")

CLOSE = 1e-3
"""How far the sizes of an agent's leaves may be apart, relatively."""

MANY = 100
"""So many numbers of a field of an answer are compared by their mean."""

DRAWS = 1 / 32
"""How far such a mean may be apart: of 1600 episodes, 50 may fall otherwise."""

QUOTIENT, BY_GAP = "trial/efficacy", 1 / 16
"""It is divided by the gap of two rates, so one draw weighs several times as much: on a
processor without AVX-512 its mean is 0.056 away."""


@pytest.fixture(scope="module")
def seen(spliced, landers, tmp_path_factory):
    """What is there now, as JSON gives it back."""
    found = observed(spliced, landers, tmp_path_factory.mktemp("golden"))
    return json.loads(json.dumps(found))


@pytest.fixture(scope="module")
def due():
    """What was there when the file was made."""
    return json.loads(FILE.read_text())


def observed(pair: Sequence[Run], landers: Sequence[Run], out: Path) -> dict[str, Any]:
    """What is kept of two experiments; on the first the small splice study was done."""
    runs = {"pair": pair, "landers": landers}
    texts = {
        "landers": report.write_report(landers, out)[0].read_text(),
        "splice": pages.study_files("splice", SPLICE, pair)["report.html"],
    }
    rows = results.read(pair[0], "splice", settings_of(SPLICE))
    return {
        "leaves": {name: leaves(each[0]) for name, each in runs.items()},
        "sizes": {name: sizes(each[0]) for name, each in runs.items()},
        "fields": {name: len(values) for name, values in fields(rows).items()},
        "means": means(rows),
        "pages": {name: masked(text) for name, text in texts.items()},
    }


def leaves(run: Run) -> dict[str, str]:
    """What every leaf of the first and the last checkpoint is: its type and shape."""
    return {
        f"{checkpoint.path.name}/{path.stem}:{leaf}": golden.of_array(value)["is"]
        for checkpoint in (run.checkpoints[0], run.checkpoints[-1])
        for path in sorted(checkpoint.path.glob("*.safetensors"))
        for leaf, value in golden.arrays(path).items()
    }


def sizes(run: Run) -> dict[str, float]:
    """The norm of every leaf of the last agent."""
    path = run.checkpoints[-1].path / "agent.safetensors"
    found = golden.arrays(path)
    return {leaf: float(np.linalg.norm(value)) for leaf, value in found.items()}


def fields(rows: Rows) -> dict[str, np.ndarray]:
    """The values of every metric of every part of a study."""
    return {
        f"{part}/{metric}": rows.where(part=part, metric=metric).values
        for part, metric in rows.pairs("part", "metric")
    }


def means(rows: Rows) -> dict[str, float]:
    """The means of the fields that hold so many numbers that no single draw matters."""
    return {
        name: float(np.nanmean(values))
        for name, values in fields(rows).items()
        if len(values) >= MANY
    }


def masked(page: str) -> list[str]:
    """The lines of a page, each once, `#` for every number.

    In what order nulls stand, which is the strongest and what follows from it depends
    on results, so lines are sorted, and end before that is said.
    """
    text = re.sub(r"[-−+]?\d[\d.,]*", "#", golden.stripped(page))
    return sorted({line.split("; strongest null (")[0] for line in text.split("\n")})


def test_checkpoints_hold_the_leaves_that_they_held(seen, due):
    assert seen["leaves"] == due["leaves"]


@pytest.mark.parametrize("name", ["pair", "landers"])
def test_agents_are_as_large_as_they_were(seen, due, name):
    assert seen["sizes"][name] == pytest.approx(due["sizes"][name], rel=CLOSE)


def test_results_have_the_rows_that_they_had(seen, due):
    assert seen["fields"] == due["fields"]


def test_the_numbers_of_results_are_on_average_what_they_were(seen, due):
    assert seen["means"].keys() == due["means"].keys()
    for name, value in seen["means"].items():
        bound = BY_GAP if name == QUOTIENT else DRAWS
        assert value == pytest.approx(due["means"][name], rel=bound, abs=bound), name


@pytest.mark.parametrize("name", ["landers", "splice"])
def test_a_page_says_in_words_what_it_said(seen, due, name):
    assert seen["pages"][name] == due["pages"][name]


def test_a_planted_change_is_named_and_by_how_much():
    def entries(weight, rate, words):
        return {
            "run/agent:kernel": golden.of_array(np.array([1.0, weight])),
            "run/studies/splice-1": {"values": {"rows/0/rate": rate, "rows/0/n": 4}},
            "out/page": {"lines": ["A page", words]},
            "run/agent:bias": golden.of_array(np.zeros(3, np.float32)),
        }

    before = entries(2.0, 0.5, "of words")
    assert list(golden.differences(before, entries(2.0, 0.5, "of words"))) == []
    assert list(golden.differences(before, entries(2.5, 0.25, "of others"))) == [
        "differs  out/page: 1 lines; 'of words' is now 'of others'",
        "differs  run/agent:kernel: float64 (2,), "
        "relative difference 2.0e-01 in 2 of them",
        "differs  run/studies/splice-1: 1 other, first rows/0/rate; 0.5 is now 0.25; "
        "relative difference up to 5.0e-01",
    ]


def test_what_is_gone_and_what_is_new_are_named():
    old, new = {"a:x": {"lines": []}}, {"a:y": {"lines": []}}
    assert list(golden.differences(old, new)) == ["gone     a:x", "new      a:y"]


def test_what_failed_on_both_sides_is_not_called_equal():
    failed = {"printed/keys": {"lines": [f"{golden.FAILED} 70"]}}
    (line,) = golden.differences(failed, failed)
    assert "nothing was compared" in line
