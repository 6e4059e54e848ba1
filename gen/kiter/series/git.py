# SPDX-License-Identifier: GPL-2.0-only
"""Running git in one repository, whatever the caller's environment says about another."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path

from kiter import tools
from kiter.series.codes import refused
from kiter.value_class import value_class

# What would point git at another repository, as in a hook.
_FOREIGN = (
    *("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR"),
    *("GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_NAMESPACE", "GIT_PREFIX", "GIT_QUARANTINE_PATH"),
)


@value_class
class Said:
    """How a command ended, and what it said."""

    status: int
    out: str
    err: str


@value_class
class Git:
    """git in `path`; `env` is added to the environment."""

    path: Path
    env: Mapping[str, str] = field(default_factory=dict)

    def ask(self, *words: str, text: str = "") -> Said:
        """Run it; a failure is for the caller to judge. Raises KiterError E19 if there is no git."""
        clean = {name: value for name, value in os.environ.items() if name not in _FOREIGN}
        done = subprocess.run(
            [tools.require("git").path, "-C", str(self.path), *words],
            input=text.encode(),
            capture_output=True,
            env={**clean, "LC_ALL": "C", **self.env},
            check=False,
        )
        out, err = (stream.decode(errors="surrogateescape") for stream in (done.stdout, done.stderr))
        return Said(done.returncode, out, err)

    def run(self, *words: str, text: str = "") -> str:
        """What it prints; raises KiterError M09 if it fails."""
        said = self.ask(*words, text=text)
        if said.status:
            last = [line for line in said.err.splitlines() if line.strip()] or ["it said nothing"]
            command = next((w for w in words if not w.startswith("-") and "=" not in w), words[0])
            raise refused("M09", str(self.path), f"git {command}: {last[-1].strip()}")
        return said.out

    def line(self, *words: str) -> str:
        """The one line that it prints, or "" if it fails."""
        said = self.ask(*words)
        return said.out.strip() if said.status == 0 else ""
