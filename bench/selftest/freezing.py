"""Holds a single thread of a process, as a disk does that does not answer: ptrace(2)."""

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.stage.errors import StepFailed

# Of sys/ptrace.h.
_SEIZE, _INTERRUPT, _DETACH = 0x4206, 0x4207, 17
_WALL = 0x40000000  # waitpid(2): also for threads that this process did not start.


@contextmanager
def held_thread(pid: int) -> Iterator[None]:
    """The first thread that a process has started; all others go on.

    Raises:
        StepFailed: it has none, or the system does not allow it.
    """
    threads = {int(path.name) for path in Path(f"/proc/{pid}/task").iterdir()} - {pid}
    if not threads:
        raise StepFailed(f"process {pid} has no thread to be held")
    thread = min(threads)
    _ptrace(_SEIZE, thread)
    try:
        _ptrace(_INTERRUPT, thread)
        os.waitpid(thread, _WALL)
        yield
    finally:
        _ptrace(_DETACH, thread)


def _ptrace(request: int, thread: int) -> None:
    call = ctypes.CDLL(None, use_errno=True).ptrace
    call.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
    call.restype = ctypes.c_long
    if call(request, thread, None, None) == -1:
        reason = os.strerror(ctypes.get_errno())
        raise StepFailed(f"a thread cannot be held: ptrace: {reason}")
