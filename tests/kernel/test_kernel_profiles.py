# SPDX-License-Identifier: GPL-2.0-only
"""What is generated for a kernel, by its release."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from kiter.cache.keys import code_of
from kiter.errors import KiterError
from kiter.kernel import headers, profiles
from kiter.target.profile import profile, releases


@pytest.fixture(autouse=True)
def _apart(monkeypatch, tmp_path):
    """Nothing of what this machine has fetched."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


def keep(version: str, text: str) -> None:
    profiles.folder().mkdir(parents=True)
    (profiles.folder() / f"{version}.json").write_text(text)


@pytest.mark.parametrize("release", releases())
def test_a_target_is_what_was_written_of_it(release):
    assert profiles.of(f"{release}.117-cloud-amd64") is profile(release)
    assert profiles.known(release) is profile(release)


def test_what_its_sources_said_comes_before_the_nearest_target():
    assert profiles.of("7.2.12-cloud-amd64") is profile("6.12")
    assert profiles.known("7.2") is None
    own = replace(profile("7.3"), release="7.2", verified=False, spinlock_flag="")
    keep("7.2", json.dumps({"by": code_of("kiter.tree.derive"), "profile": asdict(own)}))
    assert replace(profiles.of("7.2.12-cloud-amd64"), unread=()) == own
    assert profiles.known("7.2") == profiles.of("7.2")
    assert profiles.of("7.1.3") is profile("6.12"), "a newer kernel is not asked"


OLDER = json.dumps({"by": "another", "profile": asdict(profile("7.3"))})


@pytest.mark.parametrize("text", ["{", '{"by": "another"}', "[]", OLDER])
def test_a_profile_of_another_kiter_is_read_again(text):
    keep("7.2", text)
    with pytest.raises(KiterError) as told:
        profiles.of("7.2.12")
    assert (told.value.diagnostics[0].code, told.value.status) == ("R36", 2)
    assert told.value.diagnostics[0].hint == "kiter kernels fetch 7.2"
    assert profiles.known("7.2") is None
    here = headers.Headers(Path(), "7.2.12")
    assert headers.suits(here, "6.12"), "other kernels are found all the same"
