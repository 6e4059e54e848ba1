# SPDX-License-Identifier: GPL-2.0-only
"""What --show and --against-kernel found, as text and as data."""

from __future__ import annotations

import errno
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from kiter.vm import demonstrations
from kiter.vm.demonstrations import Asked, Element, Order, Shown
from kiter.vm.prototype import Prototype
from kiter.vm.results import Check, GuestReport


def text(
    report: GuestReport, prototype: Prototype, asked: Asked, checks: Sequence[Check], verbose: int
) -> Iterator[str]:
    """The lines of one iterator."""
    if asked.compare:
        yield from _compared(prototype, demonstrations.orders(report, prototype), checks, verbose)
    if asked.show:
        yield from _shown(demonstrations.shown(report, prototype))


def _compared(
    prototype: Prototype, found: Sequence[Order], checks: Sequence[Check], verbose: int
) -> Iterator[str]:
    if not prototype.renamed:
        yield f"  against the kernel's own: it has no {prototype.it.name}"
        return
    if not checks:
        yield "  against the kernel's own: not compared"
        return
    equal = sum(check.passed for check in checks)
    ratio = demonstrations.overall(found)
    timed = f", {ratio:.2f}x time per element" if ratio else ""
    timed += " (the verifier inlines the kernel's own)" if ratio and prototype.inlined else ""
    yield f"  against the kernel's own: {equal}/{len(checks)} orders equal{timed}"
    for order in found:
        if not order.known:
            yield f"    not compared: the kernel has no {order.walk}"
        elif verbose and order.elements:
            yield f"    {order.walk}: {_figures(order)}"
        yield from (f"    known difference: {text}" for text in differences(order))


def _figures(order: Order) -> str:
    return (
        f"{order.ours:.1f} ns ours, {order.theirs:.1f} ns theirs, {order.ratio:.2f}x"
        f" (theirs against itself {order.noise:.2f}x)"
    )


def _errno(value: int) -> str:
    return f"-{errno.errorcode[-value]}" if -value in errno.errorcode else str(value)


def differences(order: Order) -> Iterator[str]:
    """What is known to differ, and does."""
    ours, theirs = order.answers
    if ours != theirs:
        yield f"{order.walk}: new() says {_errno(ours)}, the kernel's {_errno(theirs)}"
    for met in order.meetings:
        if met.how == "tail":
            yield (
                f"{order.walk} from {met.start}: the kernel's walk has only the last"
                f" {met.theirs} of our {met.ours} elements"
            )


def _shown(found: Sequence[Shown]) -> Iterator[str]:
    for walk in found:
        yield from _walk(walk)


def _walk(walk: Shown) -> Iterator[str]:
    start = f" from {walk.start}" if walk.start else ""
    yield f"  {walk.walk}{start}: {walk.count} elements"
    if not walk.elements:
        return
    wide = max((len(element.label) for element in walk.elements), default=0)
    wide = max(wide, len("kernel"))
    yield f"    {'id':>8}  {'kernel':<{wide}}  user space"
    before = -1
    for element in walk.elements:
        if element.number > before + 1:
            yield f"    {'…':>8}  {element.number - before - 1} more"
        before = element.number
        yield _row(element, wide)


def _row(element: Element, wide: int) -> str:
    return f"    {element.id:>8}  {element.label:<{wide}}  {element.user or '-'}"


def facts(report: GuestReport, prototype: Prototype, asked: Asked) -> dict[str, object]:
    """The same as data; empty when nothing was asked for."""
    found: dict[str, object] = {}
    if asked.show:
        found["shown"] = [asdict(walk) for walk in demonstrations.shown(report, prototype)]
    if asked.compare:
        orders = demonstrations.orders(report, prototype)
        found["against"] = {
            "ratio": round(demonstrations.overall(orders), 3),
            "orders": [_fact(order) for order in orders],
        }
    return found


def _fact(order: Order) -> dict[str, object]:
    return {
        "walk": order.walk,
        "known": order.known,
        "meetings": [asdict(met) for met in order.meetings],
        "nanoseconds": {"ours": round(order.ours, 2), "theirs": round(order.theirs, 2)},
        "ratio": round(order.ratio, 3),
        "noise": round(order.noise, 3),
    }
