"""Memory that nothing uses any more, given back to the system."""

from __future__ import annotations

import ctypes
import gc
import sys


def give_back() -> None:
    """Give back to the system what this process has freed.

    The C library keeps freed memory for itself, in pieces that the next large thing does not fit into. Called
    between the parts of a long job (following the body, drawing, filming the overlay), it keeps the largest
    part from standing on what the others have left. Does nothing where the C library is not glibc.
    """
    gc.collect()  # figures refer to themselves in circles
    if sys.platform != "linux":
        return
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
