# SPDX-License-Identifier: GPL-2.0-only
"""docs/series.md, followed to the letter: from `kiter new` to mails in the hands of git send-email and b4."""

from __future__ import annotations

import email
import email.policy
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from series_support import ROOT

from tools.kernel_trees import git

PAGE = (ROOT / "docs/series.md").read_text()
# what boots a virtual machine has tests of its own
COMMANDS = [line for line in re.findall(r"^\$ (.*)$", PAGE, re.MULTILINE) if not line.startswith("kiter run")]
MOTIVATION = re.search(r"```yaml\n(series:\n.*?)```", PAGE, re.DOTALL)[1]
FOLDER = "cd "


def said(*command: str) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    except FileNotFoundError:
        return ""


def required() -> None:
    """Skip where there is nothing to send with, unless it was asked that nothing is left out."""
    lacking = [name for name in ("b4", "perl") if not shutil.which(name)]
    if said("perl", "-MMail::Address", "-e", "print 1") != "1":
        lacking.append("libmailtools-perl")
    if not (Path(said("git", "--exec-path")) / "git-send-email").exists():
        lacking.append("git-email")
    if lacking and (os.environ.get("KITER_REQUIRE_VM") or os.environ.get("CI")):
        pytest.fail(f"missing, though all is to be tested: {', '.join(lacking)}")
    if lacking:
        pytest.skip(f"not here: {', '.join(lacking)}")


class Reader:
    """Who follows the page, in a home of their own."""

    def __init__(self, home: Path) -> None:
        self.home, self.folder = home, home
        self.said: dict[str, str] = {}

    def follow(self, command: str) -> None:
        if command.startswith(FOLDER):
            self.folder = self.home / command.removeprefix(FOLDER).removeprefix("~/").replace("-", "")
            return
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        done = subprocess.run(
            ["sh", "-c", command],
            cwd=self.folder,
            env={**os.environ, "HOME": str(self.home), "PATH": path, "XDG_CACHE_HOME": str(self.cache)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        self.said[command.split(" -", maxsplit=1)[0]] = done.stdout
        if command.startswith("kiter new"):
            spec = self.home / "specs/sibling.yaml"
            spec.write_text(spec.read_text() + MOTIVATION)

    @property
    def cache(self) -> Path:
        """Headers and sources are where they are for the other tests."""
        return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")


def read(path: Path) -> email.message.EmailMessage:
    return email.message_from_bytes(path.read_bytes(), policy=email.policy.default)


def test_the_page_can_be_followed(clones, tmp_path, nobody):
    required()
    tree = clones.clone("6.12", tmp_path / "linux")
    base = git(tree, "rev-parse", "HEAD")
    nobody.write_text("[sendemail]\n\tsmtpserver = mail.example.org\n")
    reader = Reader(tmp_path)
    for command in COMMANDS:
        reader.follow(command)
    outgoing = tmp_path / "outgoing"
    assert [path.name[:7] for path in sorted(outgoing.glob("v2-*.patch"))] == [f"v2-000{n}" for n in range(4)]
    dry = reader.said["git send-email"]
    assert dry.count("Result: OK") == 4 and "bpf@vger.kernel.org" in dry
    by_b4 = sorted((outgoing / "b4").glob("*.eml"))
    mine = sorted(outgoing.glob("000*.patch"))
    assert [read(path)["subject"] for path in by_b4] == [read(path)["subject"] for path in mine]
    assert all("ast@kernel.org" in read(path)["to"] for path in by_b4)
    cover = read(by_b4[0]).get_content()
    assert " ".join(re.search(r"\|\n(.*)", MOTIVATION, re.DOTALL)[1].split()) in " ".join(cover.split())
    assert "bpf_for_each(sibling, " in read(by_b4[1]).get_content()
    git(tree, "switch", "-q", "--detach", base)
    git(tree, "am", "-q", *map(str, by_b4[1:]))
    assert git(tree, "rev-parse", "HEAD^{tree}") == git(tree, "rev-parse", "kiter/sibling-v1^{tree}")
