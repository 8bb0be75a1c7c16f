"""Worker processes behind one listening socket, and the parent that supervises them.

The parent imports everything, freezes it so that memory stays shared, and forks. It restarts workers that
died, and on SIGHUP replaces them one by one without losing a request. SIGTERM and SIGINT stop all. It serves
nothing itself.
"""

import os
import selectors
import signal
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from gateway.observability.metrics import forget_process
from gateway.server.memory import settle

log = structlog.get_logger()

Serve = Callable[[socket.socket, Callable[[], None], int], None]
"""Serves on a socket until SIGTERM, calls back when ready, and also ends when the descriptor closes."""

_WATCHED = {signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP}
_START_SECONDS = 20.0
_STOP_SECONDS = 15.0
_RESTART_DELAY_SECONDS = 1.0
_EXIT_UNUSABLE = 2


@dataclass
class _Worker:
    pid: int
    ready: int


class Supervisor:
    """Runs workers until a signal stops it. on_ready: called once, when all initial workers are ready."""

    def __init__(self, count: int, sock: socket.socket, serve: Serve, on_ready: Callable[[], None]) -> None:
        self._count = count
        self._sock = sock
        self._serve = serve
        self._on_ready = on_ready
        self._workers: dict[int, _Worker] = {}
        # The workers notice by it that the parent is gone, even after kill -9.
        self._lifeline, self._lifeline_of_parent = os.pipe()

    def run(self) -> int:
        """Serve until a signal stops it; returns the exit status."""
        settle()
        signal.pthread_sigmask(signal.SIG_BLOCK, _WATCHED)
        try:
            first = [self._start() for _ in range(self._count)]
            if [worker for worker in first if not _await_ready(worker)]:
                return self._give_up()
            self._on_ready()
            return self._watch()
        finally:
            self._stop_all()

    def _watch(self) -> int:
        while True:
            number = signal.sigwait(_WATCHED)
            if number in {signal.SIGTERM, signal.SIGINT}:
                return 0
            if number == signal.SIGHUP:
                self._replace_all()
            self._restart_dead()

    def _start(self) -> _Worker:
        reader, writer = os.pipe()
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid == 0:
            os.close(reader)
            os.close(self._lifeline_of_parent)
            os._exit(self._work(writer))
        os.close(writer)
        worker = self._workers[pid] = _Worker(pid, reader)
        return worker

    def _work(self, writer: int) -> int:
        """Run in the worker process; returns its exit status."""
        for number in _WATCHED:
            signal.signal(number, signal.SIG_DFL)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _WATCHED)
        try:
            self._serve(self._sock, lambda: _report_ready(writer), self._lifeline)
        except SystemExit as end:
            return end.code if isinstance(end.code, int) else 1
        except BaseException as error:  # noqa: BLE001  # a forked child must not return into its parent's code
            log.error("worker failed", type=type(error).__name__)  # noqa: TRY400  # its text may contain personal data
            return 1
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
        return 0

    def _restart_dead(self) -> None:
        for pid in self._reap():
            log.warning("worker died, starting another", pid=pid)
            if not _await_ready(self._start()):
                # Otherwise a worker that cannot start would be restarted in a tight loop.
                time.sleep(_RESTART_DELAY_SECONDS)

    def _replace_all(self) -> None:
        """Replace the workers one by one: each successor is ready before its predecessor stops."""
        for worker in list(self._workers.values()):
            if _await_ready(self._start()):
                self._stop([worker])
        log.info("workers replaced")

    def _reap(self) -> list[int]:
        """Process ids of workers that have ended by themselves."""
        dead = []
        while self._workers:
            try:
                pid, _ = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                break
            if pid == 0:
                break
            if self._forget(pid):
                dead.append(pid)
        return dead

    def _forget(self, pid: int) -> bool:
        worker = self._workers.pop(pid, None)
        if worker is not None:
            os.close(worker.ready)
            forget_process(pid)
        return worker is not None

    def _give_up(self) -> int:
        log.error("the workers cannot start")
        return _EXIT_UNUSABLE

    def _stop_all(self) -> None:
        self._stop(list(self._workers.values()))
        os.close(self._lifeline_of_parent)
        os.close(self._lifeline)

    def _stop(self, workers: list[_Worker]) -> None:
        """Stop workers after their requests in progress; kill those that take too long."""
        for worker in workers:
            _signal(worker.pid, signal.SIGTERM)
        until = time.monotonic() + _STOP_SECONDS
        for worker in workers:
            while not _ended(worker.pid):
                if time.monotonic() > until:
                    _signal(worker.pid, signal.SIGKILL)
                time.sleep(0.01)
            self._forget(worker.pid)


def _report_ready(writer: int) -> None:
    os.write(writer, b"1")


def _await_ready(worker: _Worker) -> bool:
    """Whether the worker reports ready before it ends or takes too long."""
    with selectors.DefaultSelector() as selector:
        selector.register(worker.ready, selectors.EVENT_READ)
        return bool(selector.select(_START_SECONDS)) and os.read(worker.ready, 1) == b"1"


def _ended(pid: int) -> bool:
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:
        return True


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
