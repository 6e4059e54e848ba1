# SPDX-License-Identifier: GPL-2.0-only
"""The programs that the reference pages show run on the iterators that they are about: the kernel's own."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiter import resources
from kiter.cache.store import Cache
from kiter.errors import KiterError
from kiter.kernel import kernels
from kiter.sync import specs
from kiter.target.profile import nearest, releases
from kiter.vm.programs import Program
from kiter.vm.prototype import existing, job
from kiter.vm.session import run_session
from tools import testfile

RUN = """\
// SPDX-License-Identifier: GPL-2.0-only
#include <test_progs.h>
#include "{name}.skel.h"

void serial_test_{name}(void)
{{
	LIBBPF_OPTS(bpf_test_run_opts, opts);
	struct {name} *skel;

	skel = {name}__open_and_load();
	if (!ASSERT_OK_PTR(skel, "open_and_load"))
		return;
	ASSERT_OK(bpf_prog_test_run_opts(bpf_program__fd(skel->progs.show_{it}), &opts), "run");
	ASSERT_EQ(opts.retval, 0, "retval");
	{name}__destroy(skel);
}}
"""
# the header of schedulers, which brings in more than the harness has
OTHER = ("<scx/common.bpf.h>", '"bpf_experimental.h"')


@pytest.mark.vm
@pytest.mark.parametrize("release", releases())
def test_the_examples_are_verified_and_run(release):
    try:
        kernel = kernels.find(release)
    except KiterError as error:
        pytest.skip(str(error))
    target, cache = nearest(kernel.release), Cache()
    its = specs.read(sorted(resources.specs().glob("*.yaml")), target)
    own = existing(its, target, kernel)
    programs = {one.name: one.rendered.material.example for one in own}
    assert len(programs) >= 6 and all(programs.values())
    wanted = replace(
        job(own, kernel, cache),
        programs=tuple(
            Program(f"{name}_example", example.text.replace(*OTHER)) for name, example in programs.items()
        ),
        tests=tuple(
            testfile.read(f"{name}_example", RUN.format(name=f"{name}_example", it=name)) for name in programs
        ),
    )
    report = run_session(wanted, cache=cache).report
    failed = [(check.name, check.failures, check.logs) for check in report.checks if not check.passed]
    assert failed == []
    assert {check.test for check in report.checks} == {f"{name}_example" for name in programs}
    assert report.complete and not report.splats
