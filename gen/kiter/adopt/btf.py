# SPDX-License-Identifier: GPL-2.0-only
"""The skeleton of an iterator of which there is BTF alone."""

from __future__ import annotations

from kiter.adopt import skeleton
from kiter.adopt.skeleton import Skeleton
from kiter.btf import flags as known
from kiter.btf.reader import Btf
from kiter.spec.model import NO_HEADER
from kiter.sync import interface, soundness


def read(types: Btf, name: str, release: str) -> Skeleton | None:
    """What the BTF of a kernel or module says of an iterator; None if it has none of that name."""
    new, following = (types.function(f"bpf_iter_{name}_{what}") for what in ("new", "next"))
    if new is None or following is None:
        return None
    bits = types.kfuncs()
    shown = [soundness.FLAG] * (new.name in soundness.of(types).shown)
    flags = frozenset((*known.names(bits.get(new.name, 0)), *shown))
    struct = types.struct(f"bpf_iter_{name}")
    handle = f"struct bpf_iter_{name} *"
    target = types.function(f"bpf_iter_{name}")
    trio = {f"bpf_iter_{name}_{what}" for what in ("new", "next", "destroy")}
    others = (f for f in types.kfunc_prototypes if any(p.type == handle for p in f.parameters))
    return Skeleton(
        name=name,
        release=release,
        summary=f"walk over what bpf_iter_{name}_next() gives",
        file="",
        guard="",
        declarations=NO_HEADER,
        header="",
        open=not skeleton.opaque(struct),
        joins="",
        programs=(),
        element=following.returns,
        lifetime=skeleton.lifetime(following.returns, flags),
        context=skeleton.context(flags, release),
        arguments=tuple(skeleton.argument(p, flags, release, {}) for p in new.parameters[1:]),
        flags="",
        values=(),
        words=skeleton.size(struct),
        fields=skeleton.fields(struct),
        next=(),
        companions=tuple(
            skeleton.companion(f, handle, frozenset(known.names(bits.get(f.name, 0))), ())
            for f in others
            if f.name not in trio and len(f.parameters) <= skeleton.MOST + 1
        ),
        target=interface.contexts(target) if target else (),
    )
