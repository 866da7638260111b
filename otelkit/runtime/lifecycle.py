"""Start, flush, replace and stop a set of signals, each within a time budget, in parallel, and again after a fork.

Knows signals by a small protocol only; what a signal does is its own room's business.
"""

from __future__ import annotations

import atexit
import os
import queue
import sys
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from otelkit.runtime.internal_errors import guarded, record_internal_error, reset_internal_errors

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

ResultT = TypeVar("ResultT")

DRAIN_TIMEOUT = 10.0
"""Seconds that a replaced configuration may take, in the background, to send what it still holds."""


@dataclass(frozen=True, kw_only=True)
class SignalFlush:
    """What a flush did for one signal. Spans, log records and metric data points are all called records here."""

    complete: bool
    """Whether everything that was waiting has been handed over, within the time, and accepted."""

    delivered: int = 0
    """Records whose request was answered with success since the flush began."""

    failed: int = 0
    """Records whose request was refused or never answered since the flush began; they are lost."""

    delivered_in_all: int = 0
    """Records delivered since the signal started, this flush included."""

    failed_in_all: int = 0
    """Records lost since the signal started, this flush included."""


@dataclass(frozen=True, kw_only=True)
class FlushReport:
    """What a flush did. True when every signal is complete.

    Example:
        >>> report = FlushReport(signals={"traces": SignalFlush(complete=True, delivered=3)})
        >>> bool(report), report.delivered, report.failed
        (True, 3, 0)

    """

    signals: Mapping[str, SignalFlush] = field(default_factory=dict[str, SignalFlush])

    def __bool__(self) -> bool:
        return all(signal.complete for signal in self.signals.values())

    @property
    def delivered(self) -> int:
        """Records delivered, over all signals."""
        return sum(signal.delivered for signal in self.signals.values())

    @property
    def failed(self) -> int:
        """Records lost, over all signals."""
        return sum(signal.failed for signal in self.signals.values())


class Signal(Protocol):
    """What the lifecycle asks of a signal; one object is one configuration of it."""

    @property
    def name(self) -> str:
        """``traces``, ``metrics`` or ``logs``."""
        ...

    def start(self) -> None:
        """Become what the process's tracers, meters or loggers forward to."""

    def flush(self, timeout: float) -> SignalFlush:
        """Hand over everything that is waiting; called on a worker thread."""
        ...

    def drain(self, timeout: float) -> None:
        """Having been replaced, send what is still held and release threads and connections."""

    def suspend(self) -> None:
        """Stand back without ending anything, so that something else can run for a while (in tests)."""

    def resume(self) -> None:
        """Be again what the process's tracers, meters or loggers forward to, as before `suspend`."""

    def stop(self, timeout: float) -> SignalFlush:
        """Flush, release everything, and leave the process's proxies with nothing behind them."""
        ...

    def after_fork(self) -> None:
        """In a forked child: begin again with nothing, as if just configured."""


@dataclass(frozen=True, kw_only=True)
class SetAside:
    """What ran before something else took its place for a while."""

    signals: Mapping[str, Signal]
    exit_timeout: float


class _Worker:
    """A daemon thread made early, so that bounded work is possible when the interpreter no longer starts threads."""

    def __init__(self, name: str) -> None:
        self._tasks: queue.SimpleQueue[_Task[object] | None] = queue.SimpleQueue()
        threading.Thread(target=self._run, name=f"otelkit-{name}", daemon=True).start()

    def submit(self, call: Callable[[], ResultT]) -> _Task[ResultT]:
        task = _Task(call)
        self._tasks.put(task)  # type: ignore[arg-type]  # a task is handed through, its result is read by the submitter
        return task

    def end(self) -> None:
        self._tasks.put(None)

    def _run(self) -> None:
        while (task := self._tasks.get()) is not None:
            task.run()


class _Task(Generic[ResultT]):
    """One call on a worker, and its result once it is there."""

    def __init__(self, call: Callable[[], ResultT]) -> None:
        self._call = call
        self._done = threading.Event()
        self._result: ResultT | None = None

    def run(self) -> None:
        try:
            self._result = self._call()
        except Exception as error:  # noqa: BLE001 - a signal's failure must not end the worker
            record_internal_error("runtime.lifecycle", error)
        finally:
            self._done.set()

    def result(self, timeout: float) -> ResultT | None:
        """Return the result, or None when it was not there in time or the call failed."""
        return self._result if self._done.wait(max(0.0, timeout)) else None


class Lifecycle:
    """The signals that run in this process. There is one lifecycle a process; tests may make their own."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._signals: dict[str, Signal] = {}
        self._workers: dict[str, _Worker] = {}
        self._exit_timeout = 2.0
        self._after_fork: list[Callable[[], None]] = []
        self._hooked = False
        self._retiring: list[threading.Thread] = []

    @property
    def running(self) -> tuple[str, ...]:
        """The names of the signals that run."""
        return tuple(self._signals)

    def start(self, signals: Sequence[Signal], *, exit_timeout: float) -> None:
        """Run ``signals`` and nothing else, replacing what ran before without losing what it still holds.

        Args:
            signals: one configuration per signal; a signal that is not named stops.
            exit_timeout: seconds that the process may be kept at exit.
        """
        with self._lock:
            self._hook_once()
            self._exit_timeout = exit_timeout
            replaced = self._signals
            self._signals = {signal.name: signal for signal in signals}
            for name in self._signals:
                if name not in self._workers:
                    self._workers[name] = _Worker(name)
            for signal in signals:
                signal.start()
        for name, signal in replaced.items():
            self._retire(signal, replaced=name in self._signals)

    def flush(self, timeout: float) -> FlushReport:
        """Hand over what every signal holds, in parallel, within ``timeout`` seconds."""
        with self._lock:
            signals = dict(self._signals)
        return self._in_parallel(signals, lambda signal, left: signal.flush(left), timeout)

    def stop(self, timeout: float | None = None) -> FlushReport:
        """Stop every signal, in parallel, within ``timeout`` seconds (the exit budget when None)."""
        with self._lock:
            signals, self._signals = self._signals, {}
        report = self._in_parallel(
            signals, lambda signal, left: signal.stop(left), self._exit_timeout if timeout is None else timeout
        )
        with self._lock:
            if not self._signals:
                for worker in self._workers.values():
                    worker.end()
                self._workers = {}
        return report

    def set_aside(self) -> SetAside:
        """Take what runs out of the way without ending it: no queue is emptied, no thread ends, no count is lost."""
        with self._lock:
            aside = SetAside(signals=self._signals, exit_timeout=self._exit_timeout)
            self._signals = {}
            for signal in aside.signals.values():
                signal.suspend()
        return aside

    def put_back(self, aside: SetAside) -> None:
        """Run again what was set aside. What was started meanwhile must have been stopped."""
        with self._lock:
            self._signals = dict(aside.signals)
            self._exit_timeout = aside.exit_timeout
            for name, signal in self._signals.items():
                if name not in self._workers:
                    self._workers[name] = _Worker(name)
                signal.resume()

    def after_fork(self, callback: Callable[[], None]) -> None:
        """Call ``callback`` in every forked child before its signals begin again."""
        self._after_fork.append(callback)

    def _retire(self, signal: Signal, *, replaced: bool) -> None:
        # In the background: whoever calls `init` again must not wait for a collector that is gone.
        def retire() -> None:
            with guarded("runtime.lifecycle.retire"):
                if replaced:
                    signal.drain(DRAIN_TIMEOUT)
                else:
                    signal.stop(DRAIN_TIMEOUT)

        thread = threading.Thread(target=retire, name=f"otelkit-retire-{signal.name}", daemon=True)
        with self._lock:
            self._retiring = [*(other for other in self._retiring if other.is_alive()), thread]
        thread.start()

    def _in_parallel(
        self, signals: Mapping[str, Signal], call: Callable[[Signal, float], SignalFlush], timeout: float
    ) -> FlushReport:
        deadline = time.monotonic() + timeout
        tasks: dict[str, _Task[SignalFlush]] = {}
        for name, signal in signals.items():
            worker = self._workers.get(name)
            if worker is not None:
                tasks[name] = worker.submit(lambda signal=signal: call(signal, deadline - time.monotonic()))  # type: ignore[misc]
        # What a replaced configuration still holds belongs to the same promise.
        for thread in list(self._retiring):
            thread.join(max(0.0, deadline - time.monotonic()))
        results = {
            name: task.result(deadline - time.monotonic()) or SignalFlush(complete=False)
            for name, task in tasks.items()
        }
        return FlushReport(signals=results)

    def _hook_once(self) -> None:
        if self._hooked:
            return
        self._hooked = True
        atexit.register(self._at_exit)
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._in_child)

    def _at_exit(self) -> None:
        with guarded("runtime.lifecycle.exit"):
            self.stop()

    def _in_child(self) -> None:
        # Locks, threads and queues of the parent are useless here: a lock may be held by a thread that does not exist.
        self._lock = threading.RLock()
        self._workers = {}
        self._retiring = []
        reset_internal_errors()
        with guarded("runtime.lifecycle.fork"):
            for callback in self._after_fork:
                callback()
            for name, signal in self._signals.items():
                self._workers[name] = _Worker(name)
                signal.after_fork()
            self._stop_with_multiprocessing()

    def _stop_with_multiprocessing(self) -> None:
        """Have a child of multiprocessing stop its signals: it leaves by `os._exit`, which runs no exit handlers.

        The fork hooks run before multiprocessing clears its finalizers in the child, so the finalizer is registered by
        a hook of multiprocessing's own, which runs after that.
        """
        util = sys.modules.get("multiprocessing.util")
        if util is not None:
            at_exit = self._at_exit

            def finalize(_: object) -> None:
                util.Finalize(None, at_exit, exitpriority=-100)

            util.register_after_fork(self, finalize)


lifecycle = Lifecycle()
"""This process's lifecycle."""
