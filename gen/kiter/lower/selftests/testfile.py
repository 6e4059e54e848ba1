# SPDX-License-Identifier: GPL-2.0-only
"""What every file of user-space tests has."""

from __future__ import annotations

from collections.abc import Iterator

from kiter.lower.context import LoweringContext
from kiter.lower.selftests.hosts import Host
from kiter.lower.selftests.walking import takes_memory
from kiter.lower.view_class import view_class

# how often what a busy machine may disturb is tried
RETRIES = ("NR_RETRIES", "3")


@view_class(kw_only=True)
class File:
    """A file with nothing but the refusals; `template` is the partial behind the includes."""

    name: str
    template: str
    # the type of programs that it runs
    host: Host
    # headers of the system, and those of the selftests
    headers: tuple[str, ...] = ()
    helpers: tuple[str, ...] = ()


def memory_defines(ctx: LoweringContext) -> Iterator[tuple[str, str]]:
    """The constants of the subtest that counts memory."""
    if takes_memory(ctx):
        yield from (("NR_RUNS", "20"), ("WALKS_A_RUN", "1000"), RETRIES)
