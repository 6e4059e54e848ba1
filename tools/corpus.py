# SPDX-License-Identifier: GPL-2.0-only
"""Small iterators in C that are right, each with bugs to seed: `python -m tools.corpus` says what is found.

A file of tests/lint/corpus has the state and the kfuncs of an iterator `x`. Its first comments say how many
words programs reserve, the flags of new() and those of all three. Its last ones are the bugs, one a line:
`CODE: what stands there ==> what is put there`.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from kiter.errors import Diagnostic
from kiter.lint.source.check import check
from kiter.target.profile import profile
from kiter.value_class import value_class

FOLDER = Path(__file__).parent.parent / "tests" / "lint" / "corpus"
TARGET = "7.3"
_SAID = re.compile(r"^// (words|new|all|drop): *(.*)\n", re.MULTILINE)
_BUG = re.compile(r"^// ([A-Z]\d\d): (.*) ==> ?(.*)\n", re.MULTILINE)
_FRAME = """// SPDX-License-Identifier: GPL-2.0-only
struct bpf_iter_x {{
	__u64 __opaque[{words}];
}} __aligned(8);

{code}
BTF_KFUNCS_START(x_ids)
{ids}BTF_KFUNCS_END(x_ids)
"""


@value_class
class Bug:
    """A bug: the rule that it breaks, what it takes away, and what stands there instead."""

    code: str
    old: str
    new: str

    def __str__(self) -> str:
        """The bug on one line."""
        old, new = (" ".join(text.split()) for text in (self.old, self.new))
        return f"{self.code}: {old} -> {new or 'nothing'}"


def files() -> list[Path]:
    """The iterators."""
    return sorted(FOLDER.glob("*.c"))


def right(path: Path, old: str = "", new: str = "") -> str:
    """The whole file of an iterator, with one thing changed in the file or in its frame."""
    plain = path.read_text("utf-8")
    code, _, rest = plain.partition("\n// I")
    text = (code.replace(old, new, 1) if old else code) + "\n// I" + rest
    said = dict(_SAID.findall(text))
    start, end = "__bpf_kfunc_start_defs();\n\n", "\n__bpf_kfunc_end_defs();\n"
    code = _BUG.sub("", _SAID.sub("", text)).partition("\n")[2].strip() + "\n"
    first = code.index("__bpf_kfunc")
    code = code[:first] + start + code[first:] + end
    whole = _FRAME.format(words=said["words"], code=code, ids="".join(_ids(said)))
    return whole if text != plain else whole.replace(old, new, 1)


def _ids(said: dict[str, str]) -> Iterator[str]:
    for what, more in (("new", said["new"]), ("next", "KF_RET_NULL"), ("destroy", "")):
        flags = dict.fromkeys(f"KF_ITER_{what.upper()} {more} {said['all']}".split())
        if what != said.get("drop"):
            yield f"BTF_ID_FLAGS(func, bpf_iter_x_{what}, {' | '.join(flags)})\n"


def bugs(path: Path) -> list[Bug]:
    """The bugs of a file."""
    found = _BUG.findall(path.read_text("utf-8"))
    return [Bug(code, _plain(old), _plain(new)) for code, old, new in found]


def _plain(text: str) -> str:
    return text.replace("\\n", "\n").replace("\\t", "\t").strip(" ")


def told(text: str) -> list[Diagnostic]:
    """The errors and warnings that are found in a file's text."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.c"
        path.write_text(text, encoding="utf-8")
        found = check([str(path)], profile(TARGET))[1]
    return [one for one in found if one.severity != "note"]


def judged(path: Path) -> Iterator[tuple[Bug, set[str]]]:
    """Each bug of a file with the codes of what is said when it is there."""
    for bug in bugs(path):
        text = right(path, bug.old, bug.new)
        assert text != right(path), f"{path.stem}: no such text: {bug}"
        yield bug, {one.code for one in told(text)}


def main(names: Sequence[str]) -> int:
    """Say of each iterator what is wrongly found, and what is not."""
    for path in files():
        if names and path.stem not in names:
            continue
        for one in told(right(path)):
            if one.severity != "error":
                continue
            sys.stdout.write(f"{path.stem}: {one.at.line}: {one.code} {one.message}\n")
        for bug, found in judged(path):
            if bug.code not in found:
                sys.stdout.write(f"{path.stem}: missed {bug}, but {sorted(found)}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
