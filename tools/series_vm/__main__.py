# SPDX-License-Identifier: GPL-2.0-only
"""`make series-vm`: the mails of a series go into a kernel, which is built and passes the generated suite."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from kiter import frontend
from kiter.cache.store import Cache
from kiter.cli.main import main as command_line
from kiter.errors import KiterError
from kiter.target.profile import profile
from kiter.vm import session
from kiter.vm.prototype import existing, job
from tools.kernel_trees import identify, repository
from tools.kernels.build import VERSION, BuildTree, build_tree, say

ROOT = Path(__file__).parents[2]
# None that a kernel has: one with a guard and a file of its own, one that the verifier lets few programs use,
# and one with a pointer that it is told to trust.
SPECS = (
    ROOT / "specs/letter/letter_css.yaml",
    ROOT / "tools/series_vm/members.yaml",
    ROOT / "tools/series_vm/ancestors.yaml",
)
APPLIED = "series"  # a folder of the build tree with the mails that its tree has


def main() -> int:
    """Status 1 if the series or the suite fails, 2 if nothing can be said."""
    try:
        with tempfile.TemporaryDirectory(prefix="kiter-series-") as folder, build_tree() as made:
            return _judged(made, Path(folder))
    except KiterError as error:
        for found in error.diagnostics:
            print(f"{found.at.file}: {found.code}: {found.message}\n{found.reason}", file=sys.stderr)
        return 2


def _judged(made: BuildTree, folder: Path) -> int:
    clone = repository(VERSION, folder)
    assert clone is not None
    identify(clone)
    _take_out(made)
    mails = made.top / APPLIED
    words = ("series", "--tree", clone, *SPECS, "-o", mails, "--no-cc")
    if command_line(list(map(str, words))):
        return 1
    target, cache = profile(VERSION), Cache()
    its = frontend.read(SPECS, target).iterators
    with _applied(made):
        kernel, seconds = made.make("plain")
        say(f"built in {seconds:.0f} s; the generated suite on it")
        result = session.run_session(job(existing(its, target, kernel), kernel, cache), cache=cache)
    checks = result.report.checks
    wrong = [check for check in checks if not check.passed and not check.skipped]
    print(f"{kernel.release} with the series: {len(checks) - len(wrong)} of {len(checks)} checks pass")
    for check in wrong:
        print(f"  {check.test}: {check.subtest}")
    return int(bool(wrong) or not checks)


@contextmanager
def _applied(made: BuildTree) -> Iterator[None]:
    """The tree with the mails, as long as the block lasts."""
    try:
        _git_apply(made.tree, sorted((made.top / APPLIED).glob("*.patch"))[1:])
        yield
    finally:
        _take_out(made)


def _take_out(made: BuildTree) -> None:
    """What a run that was cut short has left as well: the newest first."""
    for mail in sorted((made.top / APPLIED).glob("*.patch"), reverse=True):
        if not mail.name.startswith("0000"):
            _git_apply(made.tree, [mail], "--reverse", check=False)
        mail.unlink()


def _git_apply(tree: Path, mails: Sequence[Path], *words: str, check: bool = True) -> None:
    for mail in mails:
        subprocess.run(["git", "apply", *words, mail], cwd=tree, check=check, capture_output=not check)


if __name__ == "__main__":
    sys.exit(main())
