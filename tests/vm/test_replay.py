# SPDX-License-Identifier: GPL-2.0-only
"""A module of another text is made without make, as make would make it; where it is not sure, by make."""

from __future__ import annotations

import pytest

from kiter.btf.elf import Elf
from kiter.cache.store import Cache
from kiter.errors import KiterError
from kiter.kernel.kernels import installed
from kiter.vm import module
from kiter.vm.module import Module, build_modules

TEXT = """\
#include <linux/module.h>
int kiter_replayed(int of);
int kiter_replayed(int of) { return of + 1; }
static int __init start(void) { return kiter_replayed(-1); }
module_init(start);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("one");
"""
PARTS = (".text", ".init.text", ".BTF", "__versions", ".gnu.linkonce.this_module")


class MakeWantedError(Exception):
    pass


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Cache:
    """One that knows the module."""
    if not installed():
        pytest.skip("no kernel is installed")
    made = Cache(tmp_path_factory.mktemp("cache"))
    built(TEXT, made)
    return made


@pytest.fixture
def _no_make(monkeypatch: pytest.MonkeyPatch) -> None:
    def make(*_: object) -> None:
        raise MakeWantedError

    monkeypatch.setattr(module, "_make", make)


def built(text: str, cache: Cache) -> Elf:
    path = build_modules(installed()[-1].headers, [Module("kiter_replay", text)], cache)["kiter_replay"]
    return Elf(path.read_bytes(), str(path))


@pytest.mark.usefixtures("_no_make")
def test_another_text_of_the_same_shape_is_what_make_makes_of_it(cache: Cache) -> None:
    before = built(TEXT, cache)
    after = built(TEXT + "/* longer */\n", cache)
    assert before.data(".BTF")
    assert [after.data(part) for part in PARTS] == [before.data(part) for part in PARTS]


@pytest.mark.usefixtures("_no_make")
def test_the_new_text_is_in_it(cache: Cache) -> None:
    edited = built(TEXT.replace("of + 1", "of + 7").replace('"one"', '"two"'), cache)
    assert b"description=two\0" in edited.data(".modinfo")
    assert edited.data(".text") != built(TEXT, cache).data(".text")


@pytest.mark.usefixtures("_no_make")
@pytest.mark.parametrize(
    "text",
    [
        TEXT.replace("return of + 1", 'pr_info("more\\n"); return of + 1'),
        TEXT.replace('"GPL"', '"Proprietary"'),
        TEXT.replace("module_init(start);", "module_init(start); void stop(void) {} module_exit(stop);"),
        TEXT.replace("return of + 1", "return of + nothing"),
    ],
    ids=["another symbol", "another licence", "an exit", "no C"],
)
def test_what_modpost_would_see_otherwise_is_left_to_make(cache: Cache, text: str) -> None:
    with pytest.raises(MakeWantedError):
        built(text, cache)


def test_an_error_is_told_by_make_also_where_it_is_known_what_was_run(cache: Cache) -> None:
    with pytest.raises(KiterError) as caught:
        built(TEXT.replace("return of + 1", "return of + nothing"), cache)
    (found,) = caught.value.diagnostics
    assert found.code == "R10" and "nothing" in found.reason
