# SPDX-License-Identifier: GPL-2.0-only
"""Texts to HTML, by Sphinx, a warning being an error."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from kiter.codes import CODES
from kiter.errors import environment


def build(texts: Mapping[str, str], out: Path) -> None:
    """Write the site below `out`.

    Raises KiterError E50 without Sphinx, E51 for what it complains of; OSError if `out` cannot be made.
    """
    if importlib.util.find_spec("sphinx") is None:
        raise _lacking("E50", "")
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="kiter-site-") as folder:
        source = Path(folder) / "source"
        for path, text in texts.items():
            file = source / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        words = ("-q", "-W", "--keep-going", "-b", "html", "-d", str(Path(folder) / "doctrees"))
        done = subprocess.run(
            [sys.executable, "-m", "sphinx", *words, str(source), str(out)],
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        raise _lacking("E51", done.stderr.strip())


def _lacking(name: str, said: str) -> Exception:
    code = CODES[name]
    return environment(name, f"{code.title}{': ' * bool(said)}{said}", code.reason, code.hint)
