# SPDX-License-Identifier: GPL-2.0-only
"""`make machines`: every spec on each machine that is not this one, and docs/machines.md about it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from kiter import frontend
from kiter.cache.store import Cache
from kiter.cli._verdicts import Verdicts
from kiter.errors import KiterError
from kiter.kernel import kernels
from kiter.kernel.arch import ARCHES, Arch, own
from kiter.kernel.kernels import Kernel
from kiter.vm.prototype import job, prototypes
from kiter.vm.session import run_session

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/machines.md"
HEAD = """<!-- SPDX-License-Identifier: GPL-2.0-only -->
<!-- Written by `python -m tools.machines --page`. -->
# Other machines

`make machines` runs every spec that can be a module on each machine but this one, as `kiter run --arch arm64`
does: built by a cross compiler, booted under emulation, judged by that kernel's own verifier. Its kernel, the
compiler and the emulator come by `kiter kernels fetch --arch arm64`. This is what came out the last time.

There is no s390x: its programs have another byte order, and the bpftool of Debian 12 does not link such.
For i386 every iterator is compiled, with W=1, by `tests/kernel/test_kernel_32bit.py`. What fails of `mount`
failed in both runs on arm64, and does not on x86: no mount is freed while a program holds its walk. Why is
not known.
"""


def main() -> int:
    """Status 1 if a check failed on any machine; 2 if nothing can be said."""
    parser = argparse.ArgumentParser(prog="python -m tools.machines", description=__doc__)
    parser.add_argument("--kernel", default="6.12", help="which kernel to boot (default: 6.12)")
    parser.add_argument("--page", action="store_true", help="write docs/machines.md")
    options = parser.parse_args()
    try:
        ran = {arch: _ran(arch, options.kernel) for arch in ARCHES.values() if arch != own()}
    except KiterError as error:
        sys.stderr.write("".join(f"{d.message}: {d.reason}\n  {d.hint}\n" for d in error.diagnostics))
        return 2
    text = "\n".join(_page(ran)) + "\n"
    sys.stdout.write(text)
    if options.page:
        PAGE.write_text(f"{HEAD}\n{text}")
    return max(verdicts.result.outcome.status for verdicts in ran.values())


def _ran(arch: Arch, release: str) -> Verdicts:
    kernel, cache = kernels.find(release, arch), Cache()
    target = kernels.profile_of(kernel)
    its = [it for it in frontend.of([str(ROOT / "specs")], target).iterators if not it.confined]
    made = prototypes(its, target, kernel, cache)
    sys.stderr.write(f"{len(made)} iterators on {_named(kernel)}\n")
    return Verdicts(run_session(job(made, kernel, cache), cache=cache), made)


def _named(kernel: Kernel) -> str:
    return f"{kernel.arch.name}, {kernel.release}"


def _page(ran: Mapping[Arch, Verdicts]) -> Iterator[str]:
    """The checks of each iterator, a column for each machine."""
    columns = [f"{arch.name}, {verdicts.report.release}" for arch, verdicts in ran.items()]
    yield f"| iterator | {' | '.join(columns)} |"
    yield f"|---{'|---' * len(columns)}|"
    names = dict.fromkeys(p.it.name for verdicts in ran.values() for p in verdicts.made)
    for name in names:
        yield f"| {name} | {' | '.join(_cell(verdicts, name) for verdicts in ran.values())} |"


def _cell(verdicts: Verdicts, name: str) -> str:
    made = next((p for p in verdicts.made if p.it.name == name), None)
    checks = verdicts.of(made) if made else ()
    failed = [check.subtest or check.test for check in checks if not (check.passed or check.skipped)]
    passed = f"{sum(check.passed for check in checks)} of {len(checks)}"
    return f"{passed}: not {', '.join(failed)}" if failed else passed


if __name__ == "__main__":
    sys.exit(main())
