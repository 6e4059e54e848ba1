# SPDX-License-Identifier: GPL-2.0-only
"""Kernels of other machines: told from this one's, fetched with a compiler, booted by an emulator."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from kiter.cli.main import main
from kiter.errors import KiterError
from kiter.kernel import arch, foreign, headers, kernels, toolchain
from kiter.kernel.arch import ARM64, X86, arch_of
from kiter.kernel.headers import Places
from kiter.kernel.kernels import COMPLETE, Kernel
from kiter.tools import Tool
from kiter.vm import qemu, userland
from kiter.vm.image import bootable

NATIVE, FOREIGN = "6.12.9+deb12-cloud-amd64", "6.12.11+deb12-cloud-arm64"


@pytest.fixture
def fetched(tmp_path, monkeypatch):
    """A cache with one kernel of each machine, the newer one of the other machine, on a host that is x86."""
    for release in (NATIVE, FOREIGN):
        place = tmp_path / "kiter/kernels" / release
        built = place / f"usr/src/linux-headers-{release}"
        (built / "include/generated").mkdir(parents=True)
        (built / "include/generated/utsrelease.h").write_text(f'#define UTS_RELEASE "{release}"\n')
        (built / "include/generated/autoconf.h").touch()
        (place / COMPLETE).touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(arch, "own", lambda: X86)
    for module in (kernels, headers, qemu, userland):
        monkeypatch.setattr(module, "own", lambda: X86)
    monkeypatch.setattr(kernels, "installed", list)
    return tmp_path / "kiter/kernels"


@pytest.mark.parametrize(
    ("release", "found"),
    [(NATIVE, X86), (FOREIGN, ARM64), ("6.12.117+deb13-arm64", ARM64), ("6.12.117+deb12-amd64", X86)],
)
def test_the_flavour_tells_the_machine(release, found):
    assert arch_of(release) == found


def test_a_release_that_names_no_machine_is_of_this_one():
    assert arch_of("7.3.0-rc2") == arch.own()


def test_a_kernel_of_another_machine_is_taken_only_when_that_is_asked_for(fetched):
    assert kernels.find("6.12").release == NATIVE
    assert kernels.find("6.12", ARM64).release == FOREIGN
    assert kernels.find("", ARM64).release == FOREIGN


def test_nothing_is_checked_against_headers_of_another_machine(fetched):
    places = Places(fetched / "none", fetched / "none", "none", fetched.parent)
    assert [found.release for found in headers.installed(places)] == [NATIVE]
    assert [found.release for found in headers.installed(places, foreign=True)] == [FOREIGN, NATIVE]


def test_a_kernel_that_is_not_here_is_told_with_what_brings_it(fetched):
    with pytest.raises(KiterError) as raised:
        kernels.find("7.3", ARM64)
    (found,) = raised.value.diagnostics
    assert (found.code, found.hint) == ("R30", "kiter kernels fetch 7.3 --arch arm64")
    assert "kernel 7.3 for arm64" in found.message


def test_run_says_so_too(fetched, capsys):
    kernels.remove(FOREIGN)
    assert main(["run", "--arch", "arm64", "specs/css.yaml"]) == 2
    assert "kiter kernels fetch 6.12 --arch arm64" in capsys.readouterr().err


def test_a_machine_that_nobody_knows_is_a_usage_error(capsys):
    assert main(["run", "--arch", "s390x", "specs/css.yaml"]) == 2
    assert "invalid choice: 's390x'" in capsys.readouterr().err


# --- fetching ------------------------------------------------------------------------------------


@dataclasses.dataclass
class Suite:
    """As much of an apt as is asked what a package depends on."""

    needs: list[str]

    def depends(self, _package):
        return self.needs


NEEDS = ["linux-base", "linux-headers-6.12.11+deb12-common", "linux-kbuild-6.12.11+deb12", "gcc-12"]


def test_the_cross_compiler_is_the_one_that_the_headers_want():
    wanted = foreign.programs(Suite(NEEDS), "linux-headers", ARM64)
    assert wanted[:3] == ["linux-kbuild-6.12.11+deb12", "gcc-12-aarch64-linux-gnu", "libc6-dev-arm64-cross"]
    assert "qemu-system-arm" in wanted


def test_libraries_are_those_of_the_other_machine():
    wanted = foreign.files(Suite(NEEDS), "linux-headers", ARM64)
    assert wanted[0] == "linux-headers-6.12.11+deb12-common"
    assert {"libbpf-dev:arm64", "libelf-dev:arm64"} <= set(wanted)


def test_headers_that_name_no_compiler_are_an_error():
    with pytest.raises(KiterError, match="names no compiler"):
        foreign.programs(Suite(["linux-base"]), "linux-headers", ARM64)


def test_the_compiler_gets_a_name_without_its_version(tmp_path):
    programs = tmp_path / "usr/bin"
    programs.mkdir(parents=True)
    for name in ("aarch64-linux-gnu-gcc-12", "aarch64-linux-gnu-gcc-ar-12"):
        (programs / name).touch()
    foreign.settle(tmp_path, ARM64)
    assert (programs / "aarch64-linux-gnu-gcc").readlink() == Path("aarch64-linux-gnu-gcc-12")


def test_what_older_releases_have_beside_usr_is_moved_there(tmp_path):
    for name in ("lib/x86_64-linux-gnu/libc.so.6", "usr/lib/x86_64-linux-gnu/libz.so", "bin/sh"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    toolchain.merge(tmp_path)
    assert {str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*") if p.is_file()} == {
        *("usr/lib/x86_64-linux-gnu/libc.so.6", "usr/lib/x86_64-linux-gnu/libz.so", "usr/bin/sh")
    }


# --- booting -------------------------------------------------------------------------------------


def test_the_emulator_and_its_board_are_those_of_the_machine(fetched, tmp_path, monkeypatch):
    monkeypatch.setattr(qemu.tools, "require", lambda name, search=None: Tool(name, f"{search}/{name}", 0, 0))
    files = dict.fromkeys(("kernel", "initrd", "job", "console", "results"), tmp_path)
    machine = qemu.Machine(**files, arch=ARM64, search="/there")
    argv = qemu.boot_command(machine, qemu.accelerator_of(ARM64)).argv
    assert argv[0] == "/there/qemu-system-aarch64"
    assert argv[1:3] == ("-M", "virt") and "max,pauth-impdef=on" in argv
    assert argv[-1].startswith("console=ttyAMA0 ")


def test_no_kvm_runs_another_machine(fetched):
    found = qemu.accelerator_of(ARM64)
    assert (found.name, found.why) == ("TCG", "it is another machine")


def test_an_image_that_qemu_takes_as_it_is_is_not_unpacked(tmp_path):
    kernel = Kernel(FOREIGN, tmp_path / "vmlinuz", tmp_path)
    assert bootable(kernel, None) == kernel.image


def test_programs_of_the_guest_are_made_by_the_cross_compiler_with_its_libraries(fetched, monkeypatch):
    kernel = kernels.find("", ARM64)
    compiler = toolchain.root(kernel.headers) / "usr/bin/aarch64-linux-gnu-gcc"
    compiler.parent.mkdir(parents=True)
    compiler.touch(0o755)
    cc = userland.of(kernel)
    assert Path(cc.compiler.path) == compiler
    assert any(word.endswith("usr/lib/aarch64-linux-gnu") for word in cc.libraries)


@pytest.mark.parametrize("other", [("--shell",), ("--harness", "test_progs")])
def test_what_is_here_for_this_machine_alone_is_refused_for_another(fetched, capsys, other):
    assert main(["run", "--arch", "arm64", *other, "specs/css.yaml"]) == 2
    assert "error[E02]: --arch arm64 with --" in capsys.readouterr().err
