"""`python no_sandbox.py PROGRAM ARG…`: runs it where the kernel refuses every isolation.

No namespace, no mount, no Landlock, as in a container with a strict seccomp profile. The product knows nothing of it.
"""

from __future__ import annotations

import os
import sys

from fretsaw.check.sandbox import landlock

REFUSED = ("unshare", "setns", "mount")  # and clone with a new namespace, which is part of every filter of the sandbox


def main(argv: list[str]) -> None:
    """Be the program, with a filter that nobody can take off."""
    landlock.FORBIDDEN = {name: landlock.FORBIDDEN[name] for name in REFUSED} | {"landlock_create_ruleset": (444, 444)}
    if landlock.LIBC.prctl(landlock.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        raise OSError("no_new_privs")
    landlock._seccomp()
    os.execvp(argv[0], argv)


if __name__ == "__main__":
    main(sys.argv[1:])
