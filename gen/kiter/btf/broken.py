# SPDX-License-Identifier: GPL-2.0-only
"""The one error of a file that should hold BTF and does not, or not whole."""

from __future__ import annotations

from kiter.errors import KiterError, environment


def broken(file: str, what: str, hint: str = "") -> KiterError:
    """An error (R40) about a file that is not what it should be."""
    return environment(
        "R40",
        f"the BTF cannot be read: {what}",
        reason="BTF is read from a vmlinux or module with a .BTF section, or from /sys/kernel/btf",
        hint=hint,
        file=file,
    )
