# SPDX-License-Identifier: GPL-2.0-only
"""Fields of an element that the verifier is told to trust: tried where a kernel does, and only there.

That a kernel which gets such a field from kiter lets programs use it is seen by `make series-vm`.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kiter import frontend
from kiter.cache.store import Cache
from kiter.errors import KiterError
from kiter.generate import generate
from kiter.kernel import kernels
from kiter.kernel.kernels import Kernel
from kiter.output import Kind, Rendered
from kiter.target.profile import profile, verified
from kiter.vm.prototype import Prototype, job, prototypes
from kiter.vm.session import run_session

ROOT = Path(__file__).parents[2]
BY_HAND = ROOT / "specs/letter/letter_css.yaml"  # css->cgroup, which Linux 7.3 trusts and 6.12 does not
NOWHERE = ROOT / "tools/series_vm/ancestors.yaml"  # cgroup->dom_cgrp

pytestmark = [pytest.mark.vm, pytest.mark.xdist_group("vm")]


def made(release: str, spec: Path) -> tuple[Kernel, Prototype]:
    """The prototype for a kernel that is here."""
    try:
        kernel = kernels.find(release)
    except KiterError as error:
        pytest.skip(f"{error}: {error.diagnostics[0].hint}")
    its = frontend.read([spec], profile(release)).iterators
    return kernel, prototypes(its, profile(release), kernel, Cache())[0]


def program(rendered: Rendered) -> str:
    output = rendered.of(Kind.PROG)
    assert output is not None
    return output.text


def test_what_the_kernel_trusts_is_tried() -> None:
    kernel, known = made("7.3", BY_HAND)
    assert "bpf_cgroup_acquire(pos->cgroup)" in program(known.rendered)
    result = run_session(job([known], kernel, Cache(), "*/contract*"))
    assert result.report.checks
    assert all(check.passed for check in result.report.checks)


@pytest.mark.parametrize("release", [target.release for target in verified()])
def test_what_it_does_not_trust_is_refused_and_so_not_tried(release: str) -> None:
    kernel, plain = made(release, NOWHERE)
    assert "dom_cgrp);" not in program(plain.rendered)
    whole = replace(plain, rendered=generate(plain.it, profile(release)))
    assert "bpf_cgroup_acquire(pos->dom_cgrp)" in program(whole.rendered)
    result = run_session(job([whole], kernel, Cache()))
    refused = [log for check in result.report.checks if check.rejected for log in check.logs]
    assert [log.program for log in refused] == ["keep_dom_cgrp"]
    assert profile(release).messages["untrusted_element"] in "\n".join(refused[0].decisive)
