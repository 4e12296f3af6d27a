"""No byte on the line moves the deadline, fills the memory or stops the examiner."""

import json
import os
import threading
import time

import pytest

from telic.scale.channel import LONGEST, Channel, printable_text


@pytest.fixture
def line():
    """A channel, and the child's end of it."""
    reading, writing = os.pipe()
    with (
        os.fdopen(reading, "rb", buffering=0) as pipe,
        os.fdopen(writing, "wb", 0) as end,
    ):
        yield Channel(pipe), end


def soon() -> float:
    """A deadline."""
    return time.monotonic() + 0.3


def test_lines_come_one_at_a_time_and_then_the_end(line):
    channel, end = line
    end.write(b'{"at": "ready"}\n{"at": "answered", "token": "x"}\n')
    end.close()
    assert [channel.take(soon()).at for _ in range(3)] == ["ready", "answered", "end"]


def test_silence_and_half_a_line_are_late(line):
    channel, end = line
    assert channel.take(soon()).at == "late"
    end.write(b'{"at": ')
    assert channel.take(soon()).at == "late"
    end.write(b'"ready"}\n')
    assert channel.take(soon()).at == "ready"


def test_a_byte_now_and_then_does_not_move_the_deadline(line):
    channel, end = line

    def drip() -> None:
        for _ in range(20):
            end.write(b" ")
            time.sleep(0.05)

    worker = threading.Thread(target=drip)
    worker.start()
    started = time.monotonic()
    assert channel.take(started + 0.3).at == "late"
    assert time.monotonic() - started < 0.9
    worker.join()


@pytest.mark.parametrize(
    "data",
    [
        b"x" * (LONGEST + 1),
        b"[" * 60_000 + b"\n",
        b"nonsense\n",
        b"\xff\xfe\n",
        b"5\n",
        b'{"at": "ready", "seconds": -1e9}\n',
        b'{"at": "late"}\n',
        b'{"at": "end"}\n',
        b'{"at": 5}\n',
        b'{"at": "died", "code": 1e400}\n',
        b'{"at": "died", "code": true}\n',
        b'{"at": "failed", "text": []}\n',
    ],
    ids=lambda data: data[:40].decode("latin-1"),
)
def test_what_our_code_does_not_write_is_a_failure(line, data):
    channel, end = line
    threading.Thread(target=end.write, args=(data,), daemon=True).start()
    found = channel.take(time.monotonic() + 5)
    assert (found.at, found.text) == (
        "failed",
        "crashed: it wrote where only telic writes",
    )


def test_text_is_cut_and_has_nothing_that_moves_a_cursor(line):
    channel, end = line
    text = "a\x1b[31m\u202e\u2028\ud800" + "é" * 1000
    end.write(json.dumps({"at": "failed", "text": text}).encode() + b"\n")
    said = channel.take(soon()).text
    assert said.startswith("a·[31m···é") and len(said) == 200 and said.isprintable()
    assert printable_text("a\nb") == "a·b"
