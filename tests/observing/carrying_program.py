"""Runs work in every way that Python has, bare and with `carry_context`, and prints as JSON what was current there."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import threading
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

import otelkit
from otelkit.signals.bound_context import bound
from otelkit.testing import capture

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

WORKERS = 10

Found: TypeAlias = tuple[str | None, object]
"""The current trace id, and what is bound as `case_id`."""


Work: TypeAlias = "Callable[..., Any]"
Run: TypeAlias = "Callable[[Work], list[Found]]"


def bare(work: Work) -> Work:
    return work


def look(_: int = 0) -> Found:
    """The work: it looks at where it is, inside of an observed call, as real work would."""
    with otelkit.operation("work"):
        return otelkit.trace_id(), bound().get("case_id")


async def look_later(number: int = 0) -> Found:
    await asyncio.sleep(0)
    return look(number)


def by_thread(make: Callable[[Callable[[], None]], threading.Thread], work: Callable[[], Found]) -> list[Found]:
    found: list[Found] = []
    threads = [make(lambda: found.append(work())) for _ in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def in_threads(work: Work) -> list[Found]:
    return by_thread(lambda target: threading.Thread(target=target), work)


def in_timers(work: Work) -> list[Found]:
    return by_thread(lambda target: threading.Timer(0, target), work)


def in_executor(executor: Executor, work: Work) -> list[Found]:
    with executor:
        return list(executor.map(work, range(WORKERS)))


def asynchronously(start: Callable[[Work], Coroutine[Any, Any, list[Found]]]) -> Run:
    def run(work: Work) -> list[Found]:
        return asyncio.run(start(work))

    return run


async def awaiting(work: Work) -> list[Found]:
    return [await work()]


async def in_tasks(work: Work) -> list[Found]:
    return [await task for task in [asyncio.create_task(work(number)) for number in range(WORKERS)]]


async def gathering(work: Work) -> list[Found]:
    return list(await asyncio.gather(*(work(number) for number in range(WORKERS))))


async def in_task_group(work: Work) -> list[Found]:
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(work(number)) for number in range(WORKERS)]
    return [task.result() for task in tasks]


async def to_threads(work: Work) -> list[Found]:
    return list(await asyncio.gather(*(asyncio.to_thread(work, number) for number in range(WORKERS))))


async def called_soon(work: Work) -> list[Found]:
    done: asyncio.Future[Found] = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_soon(lambda: done.set_result(work()))
    return [await done]


async def from_another_thread(work: Work) -> list[Found]:
    loop = asyncio.get_running_loop()
    # The other thread keeps the context (to_thread), so what is lost here is lost by run_coroutine_threadsafe.
    return [await asyncio.to_thread(lambda: asyncio.run_coroutine_threadsafe(work(), loop).result())]


async def run_in_executor(work: Work) -> list[Found]:
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(WORKERS) as executor:
        return list(await asyncio.gather(*(loop.run_in_executor(executor, work, number) for number in range(WORKERS))))


def in_pool(start_method: str, work: Work) -> list[Found]:
    with multiprocessing.get_context(start_method).Pool(2) as pool:
        return pool.map(work, range(WORKERS))


def in_old_pool(pool: Any, work: Work) -> list[Found]:
    found: list[Found] = pool.map(work, range(WORKERS))
    return found


WAYS: dict[str, tuple[Work, Run]] = {
    "await": (look_later, asynchronously(awaiting)),
    "asyncio.create_task": (look_later, asynchronously(in_tasks)),
    "asyncio.gather": (look_later, asynchronously(gathering)),
    "asyncio.TaskGroup": (look_later, asynchronously(in_task_group)),
    "asyncio.to_thread": (look, asynchronously(to_threads)),
    "loop.call_soon": (look, asynchronously(called_soon)),
    "asyncio.run_coroutine_threadsafe": (look_later, asynchronously(from_another_thread)),
    "loop.run_in_executor": (look, asynchronously(run_in_executor)),
    "threading.Thread": (look, in_threads),
    "threading.Timer": (look, in_timers),
    "ThreadPoolExecutor": (look, lambda work: in_executor(ThreadPoolExecutor(WORKERS), work)),
    "ProcessPoolExecutor, spawned": (
        look,
        lambda work: in_executor(ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")), work),
    ),
    "multiprocessing.Pool, spawned": (look, lambda work: in_pool("spawn", work)),
}


def verdict(found: list[Found], trace_id: str | None, older: str | None) -> str:
    if all(each == (trace_id, "c-1") for each in found):
        return "keeps it"
    if older is not None and all(each[0] == older for each in found):
        return "has an old one"
    # Without a parent each piece of work is a trace of its own; in a spawned process there is no telemetry at all.
    own = [each[0] for each in found if each[0] is not None]
    lost = trace_id not in own and len(set(own)) == len(own) and all(each[1] is None for each in found)
    return "loses it" if lost else f"mixed: {found}"


def main() -> dict[str, dict[str, str]]:
    table: dict[str, dict[str, str]] = {}
    with capture(real_ids=True), otelkit.operation("older"):
        older = otelkit.trace_id()
        forked = multiprocessing.get_context("fork").Pool(2)
    with capture(real_ids=True), otelkit.bind(case_id="c-1"):
        ways: dict[str, tuple[Work, Run]] = {
            **WAYS,
            "multiprocessing.Pool, forked": (look, partial(in_old_pool, forked)),
        }
        hows: dict[str, Callable[[Work], Work]] = {"bare": bare, "carried": otelkit.carry_context}
        for name, (work, run) in ways.items():
            row = table[name] = {}
            for how, wrap in hows.items():
                with otelkit.operation("parent"):
                    row[how] = verdict(run(wrap(work)), otelkit.trace_id(), older)
    forked.terminate()
    return table


if __name__ == "__main__":
    print(json.dumps(main()))  # noqa: T201 - for the test that runs it
