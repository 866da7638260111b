"""Log files: JSON lines, rotated at midnight and by size, compressed, kept for their time, and no line is ever lost."""

from __future__ import annotations

import gzip
import json
import logging
import os
import subprocess
import sys
import textwrap
import time
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from otelkit.runtime.internal_errors import internal_errors
from otelkit.signals.log_capture import installation
from otelkit.signals.log_capture.shared_file import SharedFile, midnights
from otelkit.signals.log_capture.structured import get_logger
from tests.program import output

if TYPE_CHECKING:
    from pathlib import Path

    from tests.logs.collected import Collected

DAY = 86_400.0


def shared(path: Path, *, max_bytes: int = 0, compress: bool = True, now: float | None = None) -> SharedFile:
    clock = time.time if now is None else lambda: now
    return SharedFile(path, max_bytes=max_bytes, retention_days=30, compress=compress, clock=clock)


def lines_of(directory: Path, stem: str = "app") -> list[str]:
    """Every line of a file and its rotated predecessors, compressed or not."""
    lines: list[str] = []
    for path in directory.glob(f"{stem}.*"):
        content = path.read_bytes()
        lines.extend((gzip.decompress(content) if path.suffix == ".gz" else content).decode().splitlines())
    return lines


def rotated(directory: Path, stem: str = "app") -> list[str]:
    return sorted(path.name for path in directory.glob(f"{stem}.*") if path.name != f"{stem}.jsonl")


def test_app_holds_every_record_and_error_those_from_error_up(collected: Collected, tmp_path: Path) -> None:
    collected.install(directory=tmp_path / "made" / "here")
    for level in (logging.DEBUG, logging.INFO, logging.ERROR, logging.CRITICAL):
        logging.getLogger("a").log(level, "at %d", level, extra={"level_number": level})
    uvicorn = logging.getLogger("uvicorn")
    uvicorn.propagate = False
    uvicorn.info("Started")
    app = [json.loads(line) for line in (tmp_path / "made" / "here" / "app.jsonl").read_text().splitlines()]
    error = [json.loads(line) for line in (tmp_path / "made" / "here" / "error.jsonl").read_text().splitlines()]
    assert [line["message"] for line in app] == ["at 20", "at 40", "at 50", "Started"]
    assert [(line["level"], line["level_number"]) for line in error] == [("ERROR", 40), ("FATAL", 50)]
    assert app[0]["service"] == "svc"


def test_a_file_is_rotated_before_it_exceeds_its_size_and_compressed(tmp_path: Path) -> None:
    file = shared(tmp_path / "app.jsonl", max_bytes=100)
    written = [f"line {number:04d}" for number in range(50)]
    for line in written:
        file.write(line.encode() + b"\n")
        assert (tmp_path / "app.jsonl").stat().st_size <= 100
    assert file.settle(10)
    file.close()
    assert sorted(lines_of(tmp_path)) == written
    today = date.today().isoformat()  # noqa: DTZ011 - files are named by the local day
    assert rotated(tmp_path) == [f"app.{today}.{number:04d}.jsonl.gz" for number in range(1, 5)]


def test_a_line_larger_than_the_limit_is_written_whole(tmp_path: Path) -> None:
    file = shared(tmp_path / "app.jsonl", max_bytes=10, compress=False)
    for _ in range(3):
        file.write(b"x" * 50 + b"\n")
    file.close()
    assert lines_of(tmp_path) == ["x" * 50] * 3
    assert len(rotated(tmp_path)) == 2


def test_a_file_is_rotated_at_midnight_and_named_after_the_day_of_its_last_line(tmp_path: Path) -> None:
    path = tmp_path / "app.jsonl"
    last_midnight, _ = midnights(time.time())
    path.write_bytes(b"yesterday\n")
    os.utime(path, (last_midnight - 1, last_midnight - 1))
    file = shared(path, compress=False)
    file.write(b"today\n")
    file.write(b"today too\n")
    file.close()
    yesterday = time.strftime("%Y-%m-%d", time.localtime(last_midnight - 1))
    assert (tmp_path / f"app.{yesterday}.0001.jsonl").read_bytes() == b"yesterday\n"
    assert path.read_bytes() == b"today\ntoday too\n"


def test_a_process_that_runs_over_midnight_rotates_its_own_file(tmp_path: Path) -> None:
    now = [time.time()]
    file = SharedFile(tmp_path / "app.jsonl", max_bytes=0, retention_days=30, compress=False, clock=lambda: now[0])
    file.write(b"before\n")
    now[0] = midnights(now[0])[1] + 1
    file.write(b"after\n")
    file.close()
    assert len(rotated(tmp_path)) == 1
    assert (tmp_path / "app.jsonl").read_bytes() == b"after\n"


def test_rotated_files_are_deleted_after_their_time_and_nothing_else_is(tmp_path: Path) -> None:
    today = date.today()  # noqa: DTZ011 - files are named by the local day
    kept_day, gone_day = today - timedelta(days=30), today - timedelta(days=31)
    kept = [
        f"app.{kept_day}.0001.jsonl.gz",
        f"error.{gone_day}.0001.jsonl.gz",
        f"app.{gone_day}.notes.txt",
        "app.2020-99-99.0001.jsonl.gz",
        "other.txt",
    ]
    gone = [f"app.{gone_day}.0001.jsonl.gz", f"app.{gone_day}.0002.jsonl"]
    for name in kept + gone:
        (tmp_path / name).write_bytes(b"")
    file = shared(tmp_path / "app.jsonl")
    file.tend()
    assert file.settle(10)
    assert sorted(path.name for path in tmp_path.iterdir() if not path.name.startswith(".")) == sorted(kept)


def test_app_and_error_are_kept_30_days_and_audit_90(collected: Collected, tmp_path: Path) -> None:
    today = date.today()  # noqa: DTZ011 - files are named by the local day

    def names(days: int) -> list[str]:
        return [f"{stem}.{today - timedelta(days=days)}.0001.jsonl.gz" for stem in ("app", "audit", "error")]

    for name in (*names(30), *names(31), *names(90), *names(91)):
        (tmp_path / name).write_bytes(b"")
    collected.install(directory=tmp_path)
    assert installation.settle(10)
    left = sorted(path.name for path in tmp_path.glob("*.gz"))
    assert left == sorted([*names(30), names(31)[1], names(90)[1]])


def test_what_an_interrupted_process_left_is_finished_at_the_next_start(tmp_path: Path) -> None:
    whole, half, done = (f"app.2026-01-0{day}.0001.jsonl" for day in (1, 2, 3))
    (tmp_path / whole).write_bytes(b"never compressed\n")
    (tmp_path / half).write_bytes(b"compression was interrupted\n")
    (tmp_path / f"{half}.gz.tmp").write_bytes(b"\x1f\x8bhalf")
    (tmp_path / done).write_bytes(b"compressed, but not deleted\n")
    with gzip.open(tmp_path / f"{done}.gz", "wb") as file:
        file.write(b"compressed, but not deleted\n")
    tended = SharedFile(tmp_path / "app.jsonl", max_bytes=0, retention_days=36_500)
    tended.tend()
    assert tended.settle(10)
    assert rotated(tmp_path) == sorted(f"{name}.gz" for name in (whole, half, done))
    assert len(lines_of(tmp_path)) == 3


def test_a_file_that_somebody_took_away_is_made_again(tmp_path: Path) -> None:
    file = shared(tmp_path / "logs" / "app.jsonl")
    file.write(b"one\n")
    (tmp_path / "logs" / "app.jsonl").rename(tmp_path / "logs" / "app.jsonl.1")  # as logrotate does
    file.write(b"two\n")
    file.close()
    assert (tmp_path / "logs" / "app.jsonl").read_bytes() == b"two\n"


WRITER = """
    import sys
    from pathlib import Path
    from otelkit.signals.log_capture.installation import install_options, settle
    from otelkit.signals.log_capture.options import CaptureOptions
    from otelkit.signals.log_capture.structured import get_logger
    from otelkit.signals.log_capture.audit import audit
    directory, number = Path(sys.argv[1]), sys.argv[2]
    install_options(CaptureOptions(service="svc", console="off", directory=directory, file_max_bytes=100_000))
    log = get_logger("writer")
    for line in range(4_000):
        log.info("line", writer=number, line=line)
        if line % 10 == 0:
            audit("audited", writer=number, line=line)
    assert settle(60)
"""


def test_four_processes_write_and_rotate_the_same_files_without_losing_a_line(tmp_path: Path) -> None:
    writers = [
        subprocess.Popen([sys.executable, "-c", textwrap.dedent(WRITER), str(tmp_path), str(number)])
        for number in range(4)
    ]
    assert [writer.wait(timeout=120) for writer in writers] == [0, 0, 0, 0]
    app = [json.loads(line) for line in lines_of(tmp_path)]
    assert len(app) == 16_000
    assert len({(line["writer"], line["line"]) for line in app}) == 16_000
    assert len(rotated(tmp_path)) > 20
    assert all(name.endswith(".gz") for name in rotated(tmp_path))
    audited = [json.loads(line) for line in lines_of(tmp_path, "audit")]
    assert len({(line["writer"], line["line"]) for line in audited}) == len(audited) == 1_600


def test_forked_children_write_the_same_file_without_losing_a_line(tmp_path: Path) -> None:
    output(
        f"""
        import os, threading
        from pathlib import Path
        from otelkit.signals.log_capture.installation import install_options, settle
        from otelkit.signals.log_capture.options import CaptureOptions
        from otelkit.signals.log_capture.structured import get_logger
        install_options(CaptureOptions(console="off", directory=Path({str(tmp_path)!r}), file_max_bytes=20_000))
        log = get_logger("forks")
        def write(writer):
            for line in range(300):
                log.info("line", writer=writer, line=line)
        threads = [threading.Thread(target=write, args=(f"thread {{n}}",)) for n in range(2)]
        for thread in threads: thread.start()
        children = []
        for number in range(4):
            child = os.fork()
            if child == 0:
                write(f"child {{number}}")
                settle(30)
                os._exit(0)
            children.append(child)
        for child in children:
            assert os.waitpid(child, 0)[1] == 0
        for thread in threads: thread.join()
        assert settle(30)
        """
    )
    lines = [json.loads(line) for line in lines_of(tmp_path)]
    assert len({(line["writer"], line["line"]) for line in lines}) == len(lines) == 6 * 300


def test_a_stopped_process_that_holds_the_lock_does_not_stop_the_others(tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            (
                "import fcntl, sys\nfile = open(sys.argv[1], 'w')\nfcntl.flock(file, fcntl.LOCK_EX)\n"
                "print('held', flush=True)\nsys.stdin.read()"
            ),
            str(tmp_path / ".app.jsonl.lock"),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        file = shared(tmp_path / "app.jsonl", max_bytes=5)
        began = time.monotonic()
        file.write(b"one\n")
        assert time.monotonic() - began < 10
        file.close()
    finally:
        holder.communicate(b"")
    assert lines_of(tmp_path) == ["one"]


def test_a_directory_that_cannot_be_made_is_reported_and_records_still_leave(
    collected: Collected, tmp_path: Path
) -> None:
    (tmp_path / "occupied").write_bytes(b"")
    collected.install(directory=tmp_path / "occupied" / "logs")
    get_logger("a").info("hello")
    assert "hello" in [record.body for record in collected.records]
    found = {error.where for error in internal_errors()}
    assert {f"log_capture.directory {tmp_path / 'occupied' / 'logs'}", "log_capture.file app.jsonl"} <= found
    collected.internal_errors_expected = True


def test_a_full_disk_leaves_no_half_line_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = shared(tmp_path / "app.jsonl")
    file.write(b"first\n")
    write, left = os.write, [3]

    def short(descriptor: int, data: bytes) -> int:
        if left[0] == 0:
            raise OSError(28, "No space left on device")
        taken = write(descriptor, bytes(data[: left[0]]))
        left[0] -= taken
        return taken

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", short)
        with pytest.raises(OSError, match="No space"):
            file.write(b"second\n")
    file.write(b"third\n")
    file.close()
    assert lines_of(tmp_path) == ["first", "third"]


def test_midnight_is_the_local_one_also_when_clocks_change() -> None:
    source = """
        import time
        from otelkit.signals.log_capture.shared_file import midnights
        noon = time.mktime((2026, 3, 29, 12, 0, 0, 0, 0, -1))
        before, after = midnights(noon)
        print((after - before) / 3600, time.localtime(before).tm_hour, time.localtime(after).tm_hour)
    """
    assert output(source, {"TZ": "Europe/Berlin"}) == "23.0 0 0"
