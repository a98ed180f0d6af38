"""The process that becomes LibreOffice, bounded and without a network.

Its arguments: seconds of processor time, then the command to run.
"""

import ctypes
import os
import resource
import sys

_MEGABYTE = 1024 * 1024
# LibreOffice maps far more memory than it uses.
_MAX_ADDRESSES = 1536 * _MEGABYTE
_MAX_WRITTEN = 256 * _MEGABYTE
_NEW_USER, _NEW_NETWORK = 0x10000000, 0x40000000


def main(seconds: str, *command: str) -> None:
    """Set the limits and run the command in this process."""
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), int(seconds) + 1))
    resource.setrlimit(resource.RLIMIT_AS, (_MAX_ADDRESSES, _MAX_ADDRESSES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (_MAX_WRITTEN, _MAX_WRITTEN))
    _leave_network()
    os.execv(command[0], command)  # nosec B606 # what `conversion` has found, no shell


def _leave_network() -> None:
    """Go where there is no network, if the system lets a process do so."""
    unshare = getattr(ctypes.CDLL(None), "unshare", None)
    if unshare is not None and unshare(_NEW_NETWORK):
        unshare(_NEW_USER | _NEW_NETWORK)


if __name__ == "__main__":
    main(*sys.argv[1:])
