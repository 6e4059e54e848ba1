# SPDX-License-Identifier: GPL-2.0-only
"""The headers that the selftests of all iterators share, which depend on the kernel alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import SimpleNamespace

from kiter.lower.view_class import view_class

_NAME = '" ITER_NAME "'  # ends a string of C, and begins another behind the iterator's name

# the template of each header, below the folder of the selftests
TEMPLATES: Mapping[str, str] = {
    "iter_contract.h": "selftests/shared/contract.h.j2",
    "progs/iter_walks.h": "selftests/shared/walks.h.j2",
    "progs/iter_refused.h": "selftests/shared/refused.h.j2",
    "prog_tests/iter_tests.h": "selftests/shared/tests.h.j2",
}
# and of those that come with the first form of SEC("iter/...")
OF_SEQ: Mapping[str, str] = {
    "iter_seq_contract.h": "selftests/shared/seq_contract.h.j2",
    "progs/iter_seq_show.h": "selftests/shared/seq_show.h.j2",
    "prog_tests/iter_seq_tests.h": "selftests/shared/seq_tests.h.j2",
}


@view_class()
class View:
    """The verifier's words for what it rejects, as parts of a string of C."""

    messages: SimpleNamespace


def view(messages: Iterable[tuple[str, str]]) -> View:
    """What the headers say for one kernel; the iterator's name is put in by the preprocessor."""
    said = {key: text.format(it=_NAME, n=0, r=1, programs="") for key, text in messages}
    return View(SimpleNamespace(**said))
