"""The master's hand on the event process: it is made, made again when it dies, and told to stop with the rest."""

import logging
import os
import signal
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from kitsulite.serving import lean
from kitsulite.serving.handover import Channel
from kitsulite.settings import Settings

log = logging.getLogger("kitsulite")

PAUSE = 0.5
"""Seconds between two beginnings, so that one that cannot begin costs little."""
PARTING = 5.0
"""Seconds that it has to end."""
STOPS = {signal.SIGTERM, signal.SIGINT, signal.SIGQUIT}


class Supervisor:
    """See the module. The master calls it from its loop, and opens nothing: the process opens a tracker of its own."""

    def __init__(self, settings: Settings, channel: Channel) -> None:
        self.settings = settings
        self.channel = channel
        self.process = 0
        self.is_stopping = False
        self._begun = float("-inf")

    def keep(self, listeners: Iterable[Any]) -> None:
        """Make the process when there is none.

        listeners  what only workers listen at
        """
        if self.process or self.is_stopping or time.monotonic() - self._begun < PAUSE:
            return
        self._begun = time.monotonic()
        signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)
        try:
            master = os.getpid()
            self.process = os.fork()
            if not self.process:
                self._become(master, listeners)
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)

    def _become(self, master: int, listeners: Iterable[Any]) -> None:
        """In the new process: never returns."""
        code = 1
        try:
            for number in (*STOPS, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2, signal.SIGCHLD):
                signal.signal(number, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
            for listener in listeners:
                listener.close()
            lean.event_process().run(self.settings, self.channel, master)
            code = 0
        except BaseException:
            log.exception("The event process failed")
        finally:
            with suppress(Exception):
                sys.stdout.flush()
                sys.stderr.flush()
            os._exit(code)

    def reap(self) -> None:
        """Notice that it has ended."""
        if not self.process:
            return
        try:
            ended, status = os.waitpid(self.process, os.WNOHANG)
        except ChildProcessError:  # the master, which asks for whoever has ended, was told of it
            ended, status = self.process, 0
        if ended:
            self.process = 0
            if os.WIFSIGNALED(status) and not self.is_stopping:
                log.error(
                    "The event process was killed by signal %s: another one takes its place.", os.WTERMSIG(status)
                )

    def tell_to_stop(self) -> None:
        self.is_stopping = True
        if self.process:
            with suppress(ProcessLookupError):
                os.kill(self.process, signal.SIGTERM)

    def stop(self) -> None:
        """Wait until it has ended, and end it when that takes too long."""
        until = time.monotonic() + PARTING
        while self.process and time.monotonic() < until:
            self.reap()
            time.sleep(0.02)
        if self.process:
            with suppress(ProcessLookupError):
                os.kill(self.process, signal.SIGKILL)
            os.waitpid(self.process, 0)
            self.process = 0
