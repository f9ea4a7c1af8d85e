"""Starts a program without a network, in a directory that is all it sees and cannot be written.

Runs by itself, as `python -I jail.py UID GID CPU_S ADDRESS_BYTES OUTPUT_BYTES FILES ROOT PROGRAM
ARGUMENT...`, and becomes the program; so it imports the standard library alone. Needs a kernel that
lets this user make user name spaces. Whatever is missing ends it before the program is started.
"""

import ctypes
import os
import resource
import signal
import sys
from pathlib import Path

REFUSED_STATUS = 97
"""The jail could not be made; standard error says which step of it."""

_CLONE = {
    "mounts": 0x00020000,
    "host name": 0x04000000,
    "messages": 0x08000000,
    "users": 0x10000000,
    "processes": 0x20000000,
    "network": 0x40000000,
}
_MS_RDONLY, _MS_NOSUID, _MS_NODEV, _MS_REMOUNT, _MS_BIND, _MS_REC = 1, 2, 4, 32, 4096, 16384
_MS_PRIVATE = 1 << 18
_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38
_INSIDE_ID = 65534


def main(arguments: list[str]) -> int:
    """Make the jail and become the program. Returns only when that failed."""
    numbers, (root, program, *rest) = list(map(int, arguments[:6])), arguments[6:]
    uid, gid, cpu_s, address_bytes, output_bytes, files = numbers
    libc = ctypes.CDLL(None, use_errno=True)
    try:
        _leave(libc, uid, gid)
        status = _in_new_process(libc)
        if status is not None:
            return status
        _close(libc, root)
        _bound(cpu_s, address_bytes, output_bytes, files)
        environment = {"HOME": "/", "PATH": "/", "GOMEMLIMIT": os.environ["GOMEMLIMIT"]}
        os.execve(program, [program, *rest], environment)  # noqa: S606 - no shell is wanted
    except FileNotFoundError as error:
        sys.stderr.write(f"{error.filename} needs files beside it; link it statically")
    except OSError as error:
        text = f"no jail can be made here, allow user name spaces to this user: {error}"
        sys.stderr.write(text)
    return REFUSED_STATUS


def _leave(libc: ctypes.CDLL, uid: int, gid: int) -> None:
    """Leave every name space of the machine, as a user that is nobody there."""
    _checked(libc.unshare(sum(_CLONE.values())), "name spaces")
    Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
    Path("/proc/self/uid_map").write_text(f"{_INSIDE_ID} {uid} 1", encoding="ascii")
    Path("/proc/self/gid_map").write_text(f"{_INSIDE_ID} {gid} 1", encoding="ascii")


def _in_new_process(libc: ctypes.CDLL) -> int | None:
    """Go on in the first process of the new name space; return its status in the old one."""
    child = os.fork()
    if child == 0:
        _checked(libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0), "death of the parent")
        return None
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) & 0xFF


def _close(libc: ctypes.CDLL, root: str) -> None:
    """Make a directory all there is, and nothing in it writable."""
    place = os.fsencode(root)
    flags = _MS_BIND | _MS_REMOUNT | _MS_RDONLY | _MS_NOSUID | _MS_NODEV
    _checked(libc.mount(None, b"/", None, _MS_REC | _MS_PRIVATE, None), "private mounts")
    _checked(libc.mount(place, place, None, _MS_BIND | _MS_REC, None), "binding the directory")
    _checked(libc.mount(None, place, None, flags, None), "making it read-only")
    os.chroot(root)
    os.chdir("/tree")
    _checked(libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "giving up privileges")


def _bound(cpu_s: int, address_bytes: int, output_bytes: int, files: int) -> None:
    for which, limit in (
        (resource.RLIMIT_CPU, cpu_s),
        (resource.RLIMIT_AS, address_bytes),
        (resource.RLIMIT_FSIZE, output_bytes),
        (resource.RLIMIT_NOFILE, files),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(which, (limit, limit))


def _checked(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
