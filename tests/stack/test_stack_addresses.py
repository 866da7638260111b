"""The native stack's addresses: set by variables that the shipped files declare, on the loopback interface only."""

from __future__ import annotations

import contextlib
import re
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.stack.asking import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.stack.asking import Prometheus
    from tests.stack.programs import Program
    from tests.stack.running import Stack

pytestmark = pytest.mark.stack

DECLARED = re.compile(r"\$\{(?:env:)?([A-Z][A-Z0-9_]*):-")
LISTENING = "0A"


def test_every_variable_that_the_runner_sets_is_one_that_the_programs_files_declare(stack: Stack) -> None:
    unknown = {name: _set(program) - _declared(*_beside(program)) for name, program in _programs(stack)}
    assert {name: names for name, names in unknown.items() if names} == {}
    assert {name for name, program in _programs(stack) if _set(program)} >= {"otelcol", "tempo", "loki"}


def test_every_listening_address_that_the_files_declare_is_set_by_the_runner(stack: Stack) -> None:
    for name, program in _programs(stack):
        places = {one for one in _declared(*_files(program)) if re.search(r"_(LISTEN|LISTEN_HOST|HOST|PORT)$", one)}
        assert places - _set(program) == set(), name


def test_nothing_listens_on_any_other_interface_than_the_loopback(stack: Stack) -> None:
    for name, program in _programs(stack):
        addresses = set(_listening(program))
        assert addresses, name
        assert {one for one in addresses if not one.is_loopback} == set(), name


def test_names_of_tiers_and_exporters_that_do_not_resolve_leave_nothing_that_seems_down(
    stack: Stack, prometheus: Prometheus
) -> None:
    assert stack.collector.program.pid

    def tried() -> float:
        return prometheus.value("sum(prometheus_sd_dns_lookups_total)")

    assert eventually(tried, lambda seen: seen > 0) > 0, "Prometheus has looked none of the names up"
    jobs = {"otelcol", "prometheus", "tempo", "loki", "alertmanager"}
    assert eventually(lambda: _jobs(prometheus, "up"), lambda seen: seen >= jobs) == jobs
    assert _jobs(prometheus, 'up{tier!=""}') == set()


def _jobs(prometheus: Prometheus, expression: str) -> set[str]:
    return {one.labels["job"] for one in prometheus.query(expression)}


def _programs(stack: Stack) -> Iterator[tuple[str, Program]]:
    return ((name, stack.backends[name]) for name in stack.backends.names if stack.backends[name].pid is not None)


def _set(program: Program) -> set[str]:
    return set(program.recipe.environment)


def _files(program: Program) -> list[Path]:
    """The configuration files that its command names."""
    given = (argument.partition("=")[2] for argument in program.recipe.command)
    return [Path(path) for path in given if path.endswith((".yaml", ".yml"))]


def _beside(program: Program) -> list[Path]:
    """All shipped files of the same program: what all collectors are given is not used by each tier."""
    return [found for file in _files(program) for found in file.parent.glob("*.y*ml")]


def _declared(*files: Path) -> set[str]:
    return {name for file in files for name in DECLARED.findall(file.read_text(encoding="utf-8"))}


def _listening(program: Program) -> Iterator[IPv4Address | IPv6Address]:
    """The addresses of the sockets on which a program's process waits for connections, as the kernel lists them."""
    process = Path("/proc") / str(program.pid)
    owned: set[str] = set()
    for entry in (process / "fd").iterdir():
        # A connection may be closed between the listing and the look at it.
        with contextlib.suppress(FileNotFoundError):
            owned.add(str(entry.readlink()))
    for table in ("tcp", "tcp6"):
        for row in (process / "net" / table).read_text().splitlines()[1:]:
            columns = row.split()
            if columns[3] == LISTENING and f"socket:[{columns[9]}]" in owned:
                yield _address(columns[1].partition(":")[0])


def _address(digits: str) -> IPv4Address | IPv6Address:
    """The kernel writes an address in words of four bytes, each the lowest byte first."""
    raw = bytes.fromhex(digits)
    found = ip_address(b"".join(raw[at : at + 4][::-1] for at in range(0, len(raw), 4)))
    return found.ipv4_mapped or found if isinstance(found, IPv6Address) else found
