"""Memory that nothing uses any more, given back to the system; and a limit that is too low, noticed."""

from __future__ import annotations

import ctypes
import gc
import sys

from valgus.errors import EnvironmentFailed

#: Addresses that following a person takes, MB: the pose model reserves five times the memory in use.
TO_FOLLOW_MB = 3000
#: Addresses that the program takes whatever it does, MB.
AT_LEAST_MB = 1000

#: What is at least so large is kept apart, bytes: the track of a long clip, but no picture of a frame, which
#: would be slow.
LARGE_BYTES = 8 * 2**20
_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8  # of malloc.h


def waste_little() -> None:
    """Have the C library keep less for itself; before the first thread of a long job is started.

    Large arrays are taken back by the system as soon as nothing uses them. Otherwise the library takes the
    first one that is freed for usual, and from then on puts such arrays among the small things, where one of
    those above keeps the memory of a whole array in use. It is a tenth of the peak of a clip, short or long.

    All threads take from one place. Otherwise each has its own, and keeps what it once needed: another tenth.
    No difference in speed was seen. Does nothing where the C library is not glibc.
    """
    library = _glibc()
    if library is not None:
        library.mallopt(_M_MMAP_THRESHOLD, LARGE_BYTES)
        library.mallopt(_M_ARENA_MAX, 1)


def give_back() -> None:
    """Give back to the system what this process has freed.

    The C library keeps freed memory for itself, in pieces that the next large thing does not fit into. Called
    between the parts of a long job (following the body, drawing, filming the overlay), it keeps the largest
    part from standing on what the others have left. Does nothing where the C library is not glibc.
    """
    gc.collect()  # figures refer to themselves in circles
    library = _glibc()
    if library is not None:
        library.malloc_trim(0)


def _glibc() -> ctypes.CDLL | None:
    """Return the C library if it is the GNU one, which alone has these."""
    library = ctypes.CDLL(None) if sys.platform == "linux" else None
    return library if hasattr(library, "malloc_trim") else None


def check_addresses(needed_mb: int, /) -> None:
    """Refuse to begin under a limit on addresses (``ulimit -v``) that is too low.

    Single allocations would fail: a decoder that is refused memory leaves out pictures without a word, so
    that a clip would be measured wrongly; numerical libraries ask again for ever; and native threads end the
    process.

    Raises
    ------
    EnvironmentFailed
        If the limit is too low.
    """
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    if limit != resource.RLIM_INFINITY and limit < needed_mb * 1_000_000:
        raise EnvironmentFailed(
            f"There is not enough memory: a limit leaves {limit // 1_000_000} MB of addresses, "
            f"and {needed_mb} MB are needed.",
            "Raise it (ulimit -v unlimited); valgus batch --memory-limit limits what is in use instead.",
        )
