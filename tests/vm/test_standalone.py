# SPDX-License-Identifier: GPL-2.0-only
"""`kiter module`: a folder that stands alone, whose module loads and unloads while programs come and go."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from kiter import frontend, tools
from kiter.cache.store import Cache
from kiter.cli.main import main
from kiter.kernel import kernels, toolchain
from kiter.kernel.kernels import Kernel
from kiter.target.profile import nearest
from kiter.vm import session
from kiter.vm.job import Options
from kiter.vm.programs import Program
from kiter.vm.prototype import job, prototypes
from kiter.vm.results import Outcome
from kiter.vm.runner import Test

ROOT = Path(__file__).parents[2]
SPEC = ROOT / "specs/letter/process.yaml"
WALK = """
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char _license[] SEC("license") = "GPL";
int seen;

extern void bpf_rcu_read_lock(void) __ksym;
extern void bpf_rcu_read_unlock(void) __ksym;
extern int bpf_iter_process_new(struct bpf_iter_process *it) __weak __ksym;
extern struct task_struct *bpf_iter_process_next(struct bpf_iter_process *it) __weak __ksym;
extern void bpf_iter_process_destroy(struct bpf_iter_process *it) __weak __ksym;

SEC("syscall")
int walk(void *ctx)
{
	struct task_struct *pos;

	seen = 0;
	bpf_rcu_read_lock();
	bpf_for_each(process, pos)
		seen++;
	bpf_rcu_read_unlock();
	return 0;
}
"""
UNLOAD = r"""
#include "test_progs.h"
#include <sys/syscall.h>
#include "reload.skel.h"

#define MODULE "kiter_process"

static int unload(void)
{
	return syscall(__NR_delete_module, MODULE, O_NONBLOCK);
}

static int walked(void)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts);
	struct reload *skel = reload__open_and_load();
	int err;

	if (!ASSERT_OK_PTR(skel, "load"))
		return -1;
	err = bpf_prog_test_run_opts(bpf_program__fd(skel->progs.walk), &opts);
	ASSERT_OK(err, "run");
	ASSERT_GT(skel->bss->seen, 1, "seen");
	ASSERT_EQ(unload(), -1, "unload_while_a_program_may_call");
	ASSERT_TRUE(errno == EAGAIN || errno == EBUSY, "why");
	reload__destroy(skel);
	return err;
}

void test_reload(void)
{
	int round, tries, fd;

	for (round = 0; round < 10; round++) {
		if (walked())
			return;
		/* programs are freed behind a grace period */
		for (tries = 0; unload() && tries < 200; tries++)
			usleep(10000);
		if (!ASSERT_LT(tries, 200, "unloaded"))
			return;
		if (!ASSERT_EQ(access("/sys/module/" MODULE, F_OK), -1, "gone"))
			return;
		fd = open("/modules/" MODULE ".ko", O_RDONLY);
		if (!ASSERT_OK(syscall(__NR_finit_module, fd, "", 0), "loaded_again"))
			return;
		close(fd);
	}
}
"""


def made(capsys, kernel: Kernel, out: Path) -> dict[str, object]:
    status = main(["module", str(SPEC), "-o", str(out), "--kernel", kernel.release, "--format", "json"])
    said, err = capsys.readouterr()
    assert (status, err) == (0, "[]\n"), err
    return dict(json.loads(said))


def make(folder: Path, kernel: Kernel, *words: str) -> None:
    clang = tools.require_clang().path
    command = ["make", "-s", f"KDIR={kernel.headers}", f"BTF={kernel.btf}", f"CLANG={clang}", *words]
    environment = {**os.environ, **toolchain.environment(kernel.headers)}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_folder_builds_by_itself(capsys, tmp_path):
    kernel, folder = kernels.find("6.12"), tmp_path / "process"
    files = made(capsys, kernel, folder)["files"]
    assert isinstance(files, list) and {"Kbuild", "Makefile", "dkms.conf", "process_iter.h"} <= {*files}
    assert {*files} <= {path.name for path in folder.iterdir()}
    make(folder, kernel, "modules", "example")
    assert (folder / "kiter_process.ko").is_file() and os.access(folder / "example", os.X_OK)
    make(folder, kernel, "clean")
    left = {path.name for path in folder.iterdir() if not path.name.startswith(".")}
    assert left == {*files}


def test_what_was_edited_is_kept(capsys, tmp_path):
    kernel, folder = kernels.find("6.12"), tmp_path / "process"
    made(capsys, kernel, folder)
    (folder / "Makefile").write_text("mine\n")
    words = ["module", str(SPEC), "-o", str(folder), "--kernel", kernel.release]
    assert main(words) != 0 and "error[O02]" in capsys.readouterr().err
    assert (folder / "Makefile").read_text() == "mine\n"
    assert main([*words, "--force"]) == 0


def test_what_only_a_tree_has_is_refused(capsys, tmp_path):
    spec = ROOT / "specs/scx_dsq.yaml"
    assert main(["module", str(spec), "-o", str(tmp_path / "x"), "--kernel", "6.12"]) != 0
    err = capsys.readouterr().err
    assert err.count("error[") == 1 and f"{spec}:" in err and not (tmp_path / "x").exists()


@pytest.mark.vm
@pytest.mark.xdist_group("vm")
@pytest.mark.parametrize("release", ["6.12", "7.3"])
def test_it_is_unloaded_and_loaded_again_and_again(release):
    kernel, cache = kernels.find(release), Cache()
    target = nearest(kernel.release)
    its = frontend.of([str(SPEC)], target).iterators
    wanted = job(prototypes(its, target, kernel, cache), kernel, cache)
    test = Test.of("reload", UNLOAD, "reload")
    wanted = replace(wanted, programs=(Program("reload", WALK),), tests=(test,))
    result = session.run_session(wanted, Options(), cache=cache)
    assert result.outcome is Outcome.PASS, str(result.report)
    assert result.report and [check.test for check in result.report.checks] == ["reload"]
