"""gunicorn as ChargeBridge runs it: one worker of many threads; the loop thread starts after the fork."""

import gc
import logging
import signal
from collections.abc import Callable
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from app.config import Settings
from app.http_worker import Worker
from app.process import Process

# SIGTERM: HTTP requests in hand get WORKER_DRAIN, then the sockets are closed; after STOP_WITHIN nobody waits.
WORKER_DRAIN = 4
STOP_WITHIN = 9
# Objects made and not yet dropped before the youngest are looked through; messages in hand make thousands.
GARBAGE_THRESHOLD = 10_000


class GunicornLog(Logger):
    """Leaves handlers and format to the process's own logging."""

    def setup(self, cfg: Any) -> None:
        self.error_log.propagate = True
        self.error_log.handlers.clear()
        self.error_log.setLevel(logging.WARNING)


class Gunicorn(BaseApplication):
    """`ready` is called once in the parent when the HTTP port is bound."""

    def __init__(self, settings: Settings, ready: Callable[[], None]) -> None:
        self._settings = settings
        self._ready = ready
        self._process: Process | None = None
        super().__init__()

    def load_config(self) -> None:
        options = {
            "bind": self._settings.http_bind,
            "worker_class": Worker,
            "workers": self._settings.web_concurrency,
            "threads": self._settings.web_threads,
            "preload_app": False,
            "max_requests": 0,
            "control_socket_disable": True,
            "graceful_timeout": STOP_WITHIN,
            "timeout": 60,
            "keepalive": 30,
            "logger_class": GunicornLog,
            "when_ready": lambda _arbiter: self._ready(),
            "post_worker_init": self._start,
            "worker_exit": self._stop,
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:  # type: ignore[override]  # Flask is a WSGI application, whatever its stub calls it
        self._process = Process(self._settings)
        return self._process.app

    def _start(self, worker: Any) -> None:
        assert self._process is not None
        worker.cfg.set("graceful_timeout", WORKER_DRAIN)
        process = self._process

        def exit_gently(number: int, frame: Any) -> None:
            process.prepare_to_stop()
            worker.handle_exit(number, frame)

        # Ctrl-C reaches the worker twice: from the terminal, and as SIGQUIT from its parent. Both end it gently.
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
            signal.signal(number, exit_gently)
        # What is imported by now stays; to look through it for garbage stops every thread for 50 ms and more.
        gc.collect()
        gc.freeze()
        gc.set_threshold(GARBAGE_THRESHOLD)
        self._process.start()

    def _stop(self, _arbiter: Any, _worker: Any) -> None:
        if self._process is not None:
            self._process.stop()
