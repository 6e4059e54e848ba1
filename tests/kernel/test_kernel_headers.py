# SPDX-License-Identifier: GPL-2.0-only
"""Which headers are taken, from folders made up here."""

from __future__ import annotations

import pytest

from kiter.errors import ENVIRONMENT, KiterError
from kiter.kernel import headers, toolchain
from kiter.kernel.headers import Places
from kiter.kernel.kernels import COMPLETE


def make(base, name, release, by_kbuild=True):
    path = base / name
    (path / "include/generated").mkdir(parents=True)
    (path / "include/generated/autoconf.h").write_text("#define CONFIG_BPF 1\n")
    if by_kbuild:
        (path / "include/config").mkdir()
        (path / "include/config/kernel.release").write_text(release + "\n")
    else:
        (path / "include/generated/utsrelease.h").write_text(f'#define UTS_RELEASE "{release}"\n')
    return path


@pytest.fixture
def places(tmp_path):
    (tmp_path / "src").mkdir()
    (tmp_path / "modules").mkdir()
    return Places(tmp_path / "src", tmp_path / "modules", "6.11.0-mine", tmp_path / "cache")


def add(places, *releases):
    for release in releases:
        make(places.sources, f"linux-headers-{release}", release, by_kbuild=False)


def refused(*args):
    with pytest.raises(KiterError) as caught:
        headers.find(*args)
    assert caught.value.status == ENVIRONMENT
    return caught.value.diagnostics[0]


def test_newest_wins_by_number_and_cloud_breaks_the_tie(places):
    add(places, "6.9.12-amd64", "6.12.9-amd64", "6.12.90-amd64", "6.12.90-cloud-amd64", "6.12.90-rt-amd64")
    (places.sources / "linux-headers-6.99-common/include").mkdir(parents=True)
    assert headers.find("", places).release == "6.12.90-cloud-amd64"


def test_running_kernel_comes_first(places):
    add(places, "6.12.90-amd64")
    make(places.modules / "6.11.0-mine", "build", "6.11.0-mine")
    assert headers.find("", places).profile == "6.11"


def test_running_kernel_that_is_too_old_is_passed_over(places):
    add(places, "6.12.90-amd64")
    make(places.modules / "6.11.0-mine", "build", "6.1.0-old")
    assert headers.find("", places).profile == "6.12"


def test_target_decides_between_versions(places):
    add(places, "6.12.90-amd64", "7.3.4-amd64")
    make(places.modules / "6.11.0-mine", "build", "6.13.0-mine")
    assert headers.find("", places, "6.12").release == "6.12.90-amd64"
    assert headers.find("", places, "7.3").profile == "7.3"


def test_headers_between_two_targets_suit_the_older(places):
    add(places, "6.9.1-amd64", "6.14.2-amd64", "7.3.4-amd64", "7.4.0-amd64")
    assert headers.find("", places, "6.12").profile == "6.14"
    assert headers.suits(headers.find("7.4", places), "7.3")


def test_fetched_headers_are_found_and_keep_to_themselves(places):
    add(places, "6.12.90-amd64")
    (place := places.cached / "kernels/7.3.4-amd64").mkdir(parents=True)
    make(place / "usr/src", "linux-headers-7.3.4-amd64", "7.3.4-amd64")
    assert headers.find("", places, "7.3").profile == "6.12", "half a kernel is none"
    (place / COMPLETE).touch()
    found = headers.find("", places, "7.3")
    assert (found.profile, found.fetched) == ("7.3", True)
    assert toolchain.search(found.path).startswith(f"{place}/usr/bin:")
    assert toolchain.search(headers.find("6.12", places).path) is None


@pytest.mark.parametrize("option", ["6.12", "6.12.9", "6.12.9+deb12-amd64"])
def test_release_option(places, option):
    add(places, "6.12.9+deb12-amd64", "6.120.1-amd64", "7.3.4-amd64")
    assert headers.find(option, places).release == "6.12.9+deb12-amd64"


def test_directory_option(places, tmp_path):
    path = make(tmp_path, "mine", "6.13.0-rc1")
    assert headers.find(str(path), places).version == (6, 13)


def test_none(places):
    found = refused("", places)
    assert found.code == "E10"
    assert "apt-get install linux-headers" in found.hint


def test_too_old(places, tmp_path):
    add(places, "6.1.0-44-amd64", "6.3.13-amd64")
    found = refused("", places)
    assert found.code == "E11"
    assert "6.3.13-amd64" in found.message
    assert refused(str(make(tmp_path, "old", "5.10.0")), places).code == "E11"
    assert refused("6.3", places).code == "E11"


@pytest.mark.parametrize(
    ("option", "code"), [("6.13", "E12"), ("nonsense", "E22"), ("./nowhere", "E22"), ("/", "E12")]
)
def test_option_that_names_none(places, option, code):
    add(places, "6.12.90-amd64")
    assert refused(option, places).code == code
