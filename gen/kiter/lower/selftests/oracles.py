# SPDX-License-Identifier: GPL-2.0-only
"""What user space can see of the elements of a walk: the values of `expect`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Oracle:
    """`function` is what finds the elements, in the user-space half of a world.

    `first` says that the walk must begin at the object that it is given, `alone` that it visits
    something of an object that has just come, `gone` that nothing is left of it when that object
    has left, `guest` that it meets what comes to the yard, and `nowhere` that no object is needed.
    """

    function: str
    first: bool = False
    alone: bool = True
    gone: bool = False
    guest: bool = True
    nowhere: bool = False


TASKS: Mapping[str, Oracle] = {
    "processes": Oracle("processes", nowhere=True),
    "processes_from_task": Oracle("processes", first=True),
    "threads": Oracle("threads", nowhere=True),
    "own_threads": Oracle("own_threads", gone=True, guest=False),
}
CGROUPS: Mapping[str, Oracle] = {
    "preorder": Oracle("preorder"),
    "postorder": Oracle("postorder"),
    "ancestors": Oracle("ancestors", guest=False),
    "children": Oracle("children", alone=False),
}
MEMBERS: Mapping[str, Oracle] = {
    "members": Oracle("members", alone=False, gone=True),
    "member_threads": Oracle("member_threads", alone=False, gone=True),
}
VMAS: Mapping[str, Oracle] = {"vmas": Oracle("vmas", gone=True)}
SLAB_CACHES: Mapping[str, Oracle] = {"slab_caches": Oracle("slab_caches", nowhere=True)}
DMA_BUFS: Mapping[str, Oracle] = {"dma_bufs": Oracle("dma_bufs", nowhere=True)}
