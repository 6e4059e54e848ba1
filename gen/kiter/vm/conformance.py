# SPDX-License-Identifier: GPL-2.0-only
"""Which rules of the iterator contract an iterator keeps, told from the assertions of its selftests."""

from __future__ import annotations

from collections.abc import Iterable

from kiter.value_class import value_class
from kiter.vm.results import Check


@value_class
class Rule:
    """A rule, and the names of the assertions that stand for it in the emitted tests."""

    title: str
    assertions: frozenset[str]


@value_class
class Verdict:
    """One rule with the subtests that tried it and those in which it was broken."""

    rule: Rule
    tried: tuple[str, ...]
    broken: tuple[str, ...]
    said: tuple[str, ...]


REFUSED = "the verifier refuses misuse"
RULES = (
    Rule("a walk visits what user space sees", frozenset({"how_many", "which", "first"})),
    Rule("a drained iterator stays drained", frozenset({"stays_drained"})),
    Rule("a walk ends while elements are created and removed", frozenset({"ends", "goes_on"})),
    Rule("new() answers every argument as it should", frozenset({"new"})),
    Rule("a failed or emptied iterator returns nothing", frozenset({"next"})),
    Rule("an iterator can be left early and made anew", frozenset({"starts_again"})),
    Rule("walks nest", frozenset({"nested", "meets"})),
    Rule("no reference is lost", frozenset({"references"})),
    Rule("no memory is lost", frozenset({"memory"})),
    Rule("walks may be made with a lock held", frozenset({"under_lock"})),
    Rule(
        "companions answer whatever new() has said, and after the end", frozenset({"said", "said_at_the_end"})
    ),
    Rule(
        'SEC("iter/...") shows what bpf_for_each() visits, however the file is read',
        frozenset({"shows_as_many", "shows_the_same", "whole_elements", "seq_num"}),
    ),
    Rule(
        "an element that was not shown is shown by the next read, no other is shown twice",
        frozenset({"shown_again", "shown_once", "too_large"}),
    ),
    Rule("its program is run once at the end, for NULL", frozenset({"ends_once", "stays_at_the_end"})),
    Rule("a reader that leaves releases what it holds", frozenset({"references_of_readers"})),
    Rule(
        "a link tells what it was asked for, and there is none for what cannot be asked",
        frozenset({"told_in_info", "told_in_fdinfo", "refused_link"}),
    ),
    Rule("its file names the target, and has no seeking", frozenset({"target_name", "lseek"})),
)

# which assertions a subtest makes, by the first word of its name
# (templates/selftests/shared/tests.h.j2 and seq_tests.h.j2)
TRIES = {
    "walk": frozenset({"how_many", "which", "first"}),
    "contract": frozenset({"stays_drained", "starts_again", "nested", "meets", "new", "next", "ends"}),
    "late": frozenset({"stays_drained"}),
    "churn": frozenset({"ends"}),
    "element_removed": frozenset({"ends", "goes_on"}),
    "balance": frozenset({"references"}),
    "memory": frozenset({"memory"}),
    "start_removed": frozenset({"ends"}),
    "start_gone": frozenset({"new", "next"}),
    "start_bare": frozenset({"new", "next"}),
    "irqs_off": frozenset({"new", "next"}),
    "refused": frozenset({"new", "next"}),
    "under_lock": frozenset({"under_lock"}),
    "companion": frozenset({"said", "said_at_the_end"}),
    "null": frozenset({"new", "next"}),
    "reads": frozenset(
        {
            *("shows_as_many", "shows_the_same", "whole_elements", "seq_num"),
            *("shown_again", "shown_once", "ends_once", "stays_at_the_end"),
        }
    ),
    "too_large": frozenset({"too_large", "shown_again"}),
    "two_readers": frozenset({"shows_as_many", "shows_the_same"}),
    "left": frozenset({"references_of_readers"}),
    "target": frozenset({"target_name", "told_in_info", "told_in_fdinfo"}),
    "refused_link": frozenset({"refused_link"}),
    "no_seek": frozenset({"lseek"}),
}


def verdicts(checks: Iterable[Check]) -> tuple[Verdict, ...]:
    """Every rule that the checks of one iterator have tried."""
    given = [check for check in checks if check.subtest and not check.skipped]
    found = [_verdict(rule, given) for rule in RULES]
    misuse = [c for c in given if _word(c) not in TRIES]
    refusal = Rule(REFUSED, frozenset())
    broken = [c for c in misuse if not c.passed]
    found.append(Verdict(refusal, _names(misuse), _names(broken), _said(broken, None)))
    return tuple(verdict for verdict in found if verdict.tried)


def _verdict(rule: Rule, checks: Iterable[Check]) -> Verdict:
    tried = [c for c in checks if TRIES.get(_word(c), frozenset()) & rule.assertions]
    broken = [c for c in tried if any(f.name in rule.assertions for f in c.failures) or c.crashed]
    return Verdict(rule, _names(tried), _names(broken), _said(broken, rule.assertions))


def _word(check: Check) -> str:
    return check.subtest.partition(" ")[0]


def _names(checks: Iterable[Check]) -> tuple[str, ...]:
    return tuple(check.subtest for check in checks)


def _said(checks: Iterable[Check], names: frozenset[str] | None) -> tuple[str, ...]:
    failures = (f for c in checks for f in c.failures if names is None or f.name in names)
    return tuple(dict.fromkeys(f"{f.name}: {f.text}" for f in failures))
