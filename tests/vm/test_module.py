# SPDX-License-Identifier: GPL-2.0-only
"""What a module has otherwise than the file of the kernel that the code is for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kiter import frontend
from kiter.cache.store import Cache
from kiter.errors import KiterError
from kiter.kernel import kernels
from kiter.spec.load import load
from kiter.spec.resolve import resolve
from kiter.target.profile import nearest, profile
from kiter.vm.prototype import confined, modules, prototypes, wider

SPEC = Path(__file__).parents[1] / "generate/specs/hidden.yaml"


def test_a_member_that_the_kernel_does_not_have_is_told_at_its_place(tmp_path):
    kernel = kernels.find("6.12")
    path = tmp_path / "hidden.yaml"
    path.write_text(
        SPEC.read_text().replace("struct workqueue_struct: {list:", "struct workqueue_struct: {lisp:")
    )
    read = frontend.read([path], nearest(kernel.release))
    with pytest.raises(KiterError) as caught:
        prototypes(read.iterators, nearest(kernel.release), kernel, Cache())
    (found,) = caught.value.diagnostics
    assert (found.code, found.at.line) == ("R46", 9) and "'lisp'" in found.message


def test_code_that_names_what_is_private_can_be_a_module():
    (it,) = frontend.read([SPEC], nearest("6.12")).iterators
    assert it.place.inside and not it.confined and confined([it]) == ()


@pytest.mark.parametrize(
    ("joined", "told"),
    [("scx_kfunc_ids_any", False), ("bpf_fs_kfunc_set_ids", True), ("a_set_of_mine", True)],
)
def test_a_module_that_more_programs_may_call_says_so(tmp_path, joined, told):
    path = tmp_path / "hidden.yaml"
    path.write_text(SPEC.read_text().replace("  private:", f"  join: {joined}\n  private:"))
    (it,) = frontend.read([path], nearest("7.3")).iterators
    assert [d.code for d in wider([it], nearest("7.3"))] == ["R45"] * told


def test_what_the_tests_need_of_the_kernel_is_loaded_once_and_first():
    kernel, target = kernels.find("6.12"), profile("6.12")
    it = resolve(load(SPEC.parents[3] / "specs/proposed/block_device.yaml"), target.number)
    (made,) = prototypes([it], target, kernel, Cache())
    loaded = modules([made, replace(made, existing=True)])
    assert [m.name for m in loaded] == ["kiter_with_block_devices", "kiter_block_device"]
    assert "blk_alloc_disk" in loaded[0].text
