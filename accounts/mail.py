"""Sends mail beside the request: nobody waits for a mail server, or learns from how long it took.

Threads of the process that was asked; a mail that does not leave is tried again twice, and then
logged. What is in it (codes, links) is not written down anywhere.
"""

import logging
import time
from concurrent.futures import Future, ThreadPoolExecutor, wait
from smtplib import SMTPException
from threading import Lock

from django.core.mail import EmailMessage

logger = logging.getLogger("chancery.mail")

PAUSES_S = (0.0, 2.0, 10.0)
MOST_WAITING = 1000

_threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="mail")
_waiting: set[Future[None]] = set()
_lock = Lock()


def send_beside(message: EmailMessage) -> bool:
    """Send a mail as soon as can be; says whether there was room for it."""
    with _lock:
        if len(_waiting) >= MOST_WAITING:
            logger.warning("mail is not sent: %d are waiting", len(_waiting))
            return False
        done = _threads.submit(_send, message)
        _waiting.add(done)
    done.add_done_callback(_forget)
    return True


def wait_until_sent(timeout_s: float = 30.0) -> None:
    """Wait for what is under way; for tests and for the end of a command."""
    with _lock:
        waiting = set(_waiting)
    wait(waiting, timeout_s)


def _send(message: EmailMessage) -> None:
    for pause_s in PAUSES_S:
        time.sleep(pause_s)
        try:
            message.send()
        except (SMTPException, OSError) as wrong:
            logger.warning("a mail could not be sent: %s", wrong)
        else:
            return
    logger.error("a mail was given up after %d attempts", len(PAUSES_S))


def _forget(done: Future[None]) -> None:
    with _lock:
        _waiting.discard(done)
    if (error := done.exception()) is not None:
        logger.error("a mail could not be sent at all: %r", error)
