# SPDX-License-Identifier: GPL-2.0-only
"""One function of the emitted C."""

from __future__ import annotations

from dataclasses import dataclass

from kiter.lower.kernel.kernel_doc import KernelDoc


@dataclass(frozen=True, slots=True)
class Function:
    """Its comment, its first lines, and what stands between the braces."""

    doc: tuple[str, ...]
    head: tuple[str, ...]
    body: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Kfunc:
    """One that BPF programs call, and what its comment speaks of."""

    doc: KernelDoc
    head: tuple[str, ...]
    body: tuple[str, ...]
