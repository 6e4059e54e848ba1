# SPDX-License-Identifier: GPL-2.0-only
"""`kiter sync`: are the iterators of a kernel still those of the specs?"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from kiter import frontend, generate
from kiter.btf.reader import Btf
from kiter.cli.command import show
from kiter.cli.report import printable
from kiter.errors import FINDINGS, Diagnostic, environment
from kiter.kernel import btf_files
from kiter.kernel.btf_files import Source
from kiter.spec import iterator
from kiter.sync import interface, known, specs
from kiter.sync.codes import CODES
from kiter.sync.compare import Comparison, Difference, compare
from kiter.sync.interface import FLAGS_OF
from kiter.target.profile import Profile, nearest, profile, releases

NAME = "sync"
HELP = "say where the iterators of a kernel differ from their specs"
EXAMPLE = """
kiter sync --kernel 6.12
kiter sync --btf /sys/kernel/btf/vmlinux specs/task.yaml
"""


@dataclass(frozen=True, slots=True)
class _Found:
    """What was compared; `without_spec` are the kernel's iterators that no given spec is for.

    `flags` says whether the file knows those of kfuncs.
    """

    source: Source
    target: Profile
    compared: tuple[Comparison, ...]
    absent: tuple[str, ...]
    without_spec: tuple[str, ...]
    drift: tuple[Diagnostic, ...]
    flags: bool


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `kiter sync`."""
    parser.add_argument(
        "specs", nargs="*", metavar="SPEC", help="specs of iterators that the kernel has (default: specs/)"
    )
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument(
        "--kernel", default="", metavar="RELEASE|DIR", help="a kernel whose headers are here, or a built tree"
    )
    where.add_argument(
        "--btf", type=Path, metavar="FILE", help="a vmlinux, a module, or BTF alone as in /sys/kernel/btf/"
    )
    parser.add_argument(
        "--target", default="", help=f"what to generate for: {', '.join(releases())} (default: the kernel's)"
    )


def execute(options: argparse.Namespace) -> int:
    """Compare each spec with the kernel's BTF; 1 if one differs in a way that is not known."""
    source = btf_files.given(options.btf) if options.btf else btf_files.find(options.kernel)
    types = source.read()
    found = _compare(source, types, _target(source, options.target), options.specs)
    show(found.drift, options)
    if options.format == "json":
        sys.stdout.write(json.dumps(_facts(found), indent=2) + "\n")
    elif options.format == "text":
        sys.stdout.write("".join(f"{printable(line)}\n" for line in _text(found)))
    return FINDINGS if found.drift else 0


def _target(source: Source, wanted: str) -> Profile:
    if not wanted and not source.release:
        code = CODES["D10"]
        raise environment("D10", code.title, code.reason, code.hint, str(source.path))
    return profile(wanted) if wanted else nearest(source.release)


def _compare(source: Source, types: Btf, target: Profile, given: list[str]) -> _Found:
    its = specs.read(frontend.collect(given), target)
    pairs = [(it, _compared(it, target, types)) for it in its]
    compared = [(it, result) for it, result in pairs if result]
    if not compared:
        code = CODES["D11"]
        raise environment("D11", code.title, code.reason, code.hint, str(source.path))
    without = () if given else tuple(sorted(set(interface.offered(types)) - {it.name for it in its}))
    return _Found(
        source,
        target,
        tuple(result for _, result in compared),
        tuple(it.name for it, result in pairs if not result),
        without,
        tuple(d for it, result in compared for d in _diagnostics(it, result)),
        types.has_ids,
    )


def _compared(it: iterator.Iterator, target: Profile, types: Btf) -> Comparison | None:
    return compare(it.name, generate.interface(it, target), target.release, types, known.interfaces())


# --- findings ------------------------------------------------------------------------------------


def _diagnostics(it: iterator.Iterator, result: Comparison) -> Iterator[Diagnostic]:
    place = it.node["iterator"]
    for found in result.drift:
        code = CODES[_code(found.aspect)]
        sides = f" spec:   {found.ours or 'none'}\n kernel: {found.theirs or 'none'}"
        message = f"{_called(found)} of {it.name}: {_how(found)}"
        yield place.finding(code.code, message, f"{code.reason}\n{sides}", code.hint)
    for gone in result.gone:
        code = CODES["D05"]
        message = f"{code.title}: {gone.aspect} of {it.name}"
        yield place.finding("D05", message, f"{code.reason}\n The entry says: {gone.reason}", code.hint)


def _code(aspect: str) -> str:
    if aspect.startswith(FLAGS_OF):
        return "D02"
    if aspect.startswith("struct "):
        return "D03"
    return "D04" if aspect.isupper() else "D01"


def _called(found: Difference) -> str:
    return f"{found.aspect}()" if _code(found.aspect) == "D01" else found.aspect


def _how(found: Difference) -> str:
    if not found.ours:
        return "only the kernel has it"
    return "not as in the kernel" if found.theirs else "the kernel lacks it"


# --- results -------------------------------------------------------------------------------------


def _text(found: _Found) -> Iterator[str]:
    release = found.source.release or f"the kernel of {found.source.path}"
    yield f"the iterators of {release}, beside what is generated for Linux {found.target.release}"
    if not found.flags:
        yield "  flags of kfuncs are not compared: only a vmlinux holds them (.BTF_ids), BTF alone does not"
    for result in found.compared:
        count = len(result.drift) + len(result.gone)
        yield f"  {result.iterator:<14} {f'{count} to mend' if count else 'the same to BPF programs'}"
        yield from (f"    known: {d.aspect}: {d.reason}" for d in result.known)
        yield from (f"    known behaviour: {b.theirs}" for b in _behaviours(found, result))
    yield from (f"  {name:<14} not in this kernel" for name in found.absent)
    yield from (f"  {name:<14} no spec" for name in found.without_spec)


def _behaviours(found: _Found, result: Comparison) -> list[known.Behaviour]:
    return [
        b for b in known.behaviours() if b.iterator == result.iterator and found.target.release in b.targets
    ]


def _facts(found: _Found) -> dict[str, object]:
    return {
        "kernel": found.source.release,
        "btf": str(found.source.path),
        "target": found.target.release,
        "flags_compared": found.flags,
        "iterators": {
            result.iterator: {
                "differences": [asdict(d) for d in result.differences],
                "gone": [asdict(k) for k in result.gone],
                "behaviour": [asdict(b) for b in _behaviours(found, result)],
            }
            for result in found.compared
        },
        "absent": found.absent,
        "without_spec": found.without_spec,
    }
