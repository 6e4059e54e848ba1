# SPDX-License-Identifier: GPL-2.0-only
"""`kiter series` on clones of real trees: what the mails hold, and that they come to what apply makes."""

from __future__ import annotations

import email
import email.policy
import re
import subprocess
from pathlib import Path
from uuid import uuid4

import pytest
from series_support import LETTER, ROOT, commit, series, state

from kiter import frontend
from kiter.cache.store import Cache
from kiter.cli.main import main
from kiter.errors import KiterError
from kiter.lower.selftests.shared import TEMPLATES
from kiter.target.profile import profile
from kiter.tested import Run, remember
from tools.kernel_trees import BPF, git

MINE = LETTER / "process.yaml"  # joins task_iter.c
GUARDED = LETTER / "letter_css.yaml"  # a file of its own, with a guard
EVERY = sorted((ROOT / "specs").rglob("*.yaml"))


def mails(out: Path) -> list[email.message.EmailMessage]:
    return [
        email.message_from_string(path.read_text(), policy=email.policy.default)
        for path in sorted(out.glob("*.patch"))
    ]


def apply_mails(tree: Path, out: Path) -> str:
    """The tree that git am makes of them."""
    subprocess.run(["git", "-C", tree, "am", "-q", *sorted(out.glob("*.patch"))[1:]], check=True)
    return git(tree, "rev-parse", "HEAD^{tree}")


@pytest.fixture(scope="module", params=["6.12", "7.3"])
def pair(request, clones, tmp_path_factory):
    """Two clones of a version: one to make series in, one to apply to."""
    folder = tmp_path_factory.mktemp("pair")
    return request.param, *(clones.clone(request.param, folder / name) for name in ("making", "applying"))


def allowed(path: Path, version: str) -> bool:
    try:
        return bool(frontend.read([path], profile(version)).iterators)
    except KiterError:
        return False


@pytest.mark.parametrize("spec", EVERY, ids=lambda path: path.stem)
def test_the_mails_come_to_what_apply_makes(pair, spec, tmp_path):
    version, making, applying = pair
    if not allowed(spec, version):
        pytest.skip("the linter refuses it for this kernel")
    words = () if spec.parent == LETTER else ("--replace",)
    assert series(making, spec, "-o", tmp_path / "out", "--no-check", *words) == 0
    base = git(applying, "rev-parse", "HEAD")
    made = apply_mails(applying, tmp_path / "out")
    git(applying, "reset", "-q", "--hard", base)
    assert main(["apply", "--tree", str(applying), str(spec), *words]) == 0
    git(applying, "add", "-A")
    applied = git(applying, "write-tree")
    assert main(["apply", "--tree", str(applying), "--revert"]) == 0
    git(applying, "reset", "-q", "--hard", base)
    assert made == applied


def test_several_iterators_are_one_series(tree, tmp_path):
    out = tmp_path / "out"
    assert series(tree, MINE, GUARDED, "-o", out, "--no-check", "--no-cc") == 0
    subjects = [mail["subject"] for mail in mails(out)]
    assert [subject.partition("] ")[0] for subject in subjects] == [
        f"[PATCH bpf-next {number}/6" for number in range(7)
    ]
    areas = [subject.partition("] ")[2].partition(":")[0] for subject in subjects[1:]]
    assert areas == ["bpf", "bpf", "selftests/bpf", "selftests/bpf", "bpf, docs", "bpf, docs"]
    assert main(["apply", "--tree", str(tree), str(MINE), str(GUARDED)]) == 0
    git(tree, "add", "-A")
    assert git(tree, "write-tree") == git(tree, "rev-parse", "kiter/process-letter_css-v1^{tree}")


def test_what_a_maintainer_reads(tree, tmp_path):
    base = git(tree, "rev-parse", "HEAD")
    assert series(tree, GUARDED, "-o", tmp_path / "out", "--no-check") == 0
    cover, kernel, tests, docs = mails(tmp_path / "out")
    assert cover["subject"] == "[PATCH bpf-next 0/3] bpf: Add an open coded letter_css iterator"
    assert kernel["subject"].endswith("1/3] bpf: Add an open coded letter_css iterator")
    assert tests["subject"].endswith("2/3] selftests/bpf: Test the open coded letter_css iterator")
    assert docs["subject"].endswith("3/3] bpf, docs: Document the open coded letter_css iterator")
    text = cover.get_content()
    for part in (
        f"base-commit: {base}",
        "int bpf_iter_letter_css_new(struct bpf_iter_letter_css *it,",
        "kernel/bpf/letter_css_iter.c",
    ):
        assert part in text
    why = " ".join(kernel.get_content().partition("---\n")[0].split())
    for part in (
        "bpf_for_each(letter_css, pos, ",
        "BPF_CGROUP_ITER_ANCESTORS_UP",
        "It is valid until the RCU read-side critical section ends.",
        "of the 512 bytes of stack that a program has.",
    ):
        assert part in why and part not in " ".join(text.split())
    changed = git(tree, "diff", "--name-only", base, "kiter/letter_css-v1").split()
    assert {"kernel/bpf/letter_css_iter.c", *(f"{BPF}/{name}" for name in TEMPLATES)} <= set(changed)
    assert re.search(rf"^ {len(changed)} files changed, ", text, re.MULTILINE)
    for mail in (cover, kernel, tests, docs):
        assert "ast@kernel.org" in mail["to"] and "bpf@vger.kernel.org" in mail["cc"]
        assert mail["from"] == "Tester <tester@example.org>"
    for mail in (kernel, tests, docs):
        assert "\nSigned-off-by: Tester <tester@example.org>\n---\n" in mail.get_content()
    assert "+BTF_ID_FLAGS(func, bpf_iter_letter_css_new" in kernel.get_content()
    assert "bpf_experimental.h" in tests.get_content() and BPF not in kernel.get_content()


def test_the_motivation_comes_first(tree, tmp_path):
    spec = tmp_path / "process.yaml"
    said = "series:\n  motivation: |\n    Why, at length.\n\n    And who wants it.\n"
    said += "  subject: 'bpf: Walk all processes'\n  prefix: RFC bpf\n"
    spec.write_text(MINE.read_text() + said)
    assert series(tree, spec, "-o", tmp_path / "out", "--no-check", "--no-cc") == 0
    cover, kernel, *_ = mails(tmp_path / "out")
    assert cover["subject"] == "[RFC bpf 0/3] bpf: Walk all processes"
    for mail in (cover, kernel):
        assert mail.get_content().startswith("Why, at length.\n\nAnd who wants it.\n\n")
    assert kernel["to"] is None


def test_the_checkout_is_not_touched(tree, tmp_path, capsys):
    before = state(tree)
    assert series(tree, MINE, "-o", tmp_path / "out", "--no-check") == 0
    after = state(tree)
    added = set(after[0].splitlines()) - set(before[0].splitlines())
    assert {line.partition(" ")[0] for line in added} == {
        "refs/heads/kiter/process-v1",
        "refs/kiter/process/v1",
    }
    assert after[1] == before[1] == ""
    assert "branch kiter/process-v1" in capsys.readouterr().out


def test_git_settings_of_the_user_change_nothing(tree, tmp_path, nobody, monkeypatch):
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2026-11-20T10:00:00+0000")
    assert series(tree, MINE, "-o", tmp_path / "plain", "--no-check") == 0
    git(tree, "update-ref", "-d", "refs/heads/kiter/process-v1")
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    hook = hooks / "applypatch-msg"
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    nobody.write_text(
        f"[core]\nhooksPath = {hooks}\nautocrlf = true\n[diff]\nnoprefix = true\nalgorithm = patience\n"
        "[format]\nsignOff = true\nattach = x\nthread = deep\nsubjectPrefix = no\nsignature = mine\n"
        "[commit]\ngpgSign = true\n[i18n]\ncommitEncoding = latin1\n"
    )
    assert series(tree, MINE, "-o", tmp_path / "set", "--no-check") == 0
    plain, other = (
        {path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in ("plain", "set")
    )
    assert plain == other


def test_own_commits_come_first(tree, tmp_path):
    base = git(tree, "rev-parse", "HEAD")
    file = tree / "kernel/bpf/task_iter.c"
    file.write_text(file.read_text().replace('"TID"', '"thread"'))
    mine = commit(tree, "bpf: Prepare for it\n\nMine.\n\nSigned-off-by: Tester <tester@example.org>")
    assert series(tree, MINE, "--base", base, "-o", tmp_path / "out", "--no-check", "--no-cc") == 0
    _, first, second, *_ = mails(tmp_path / "out")
    assert first["subject"] == "[PATCH bpf-next 1/4] bpf: Prepare for it"
    assert second["subject"] == "[PATCH bpf-next 2/4] bpf: Add an open coded process iterator"
    assert git(tree, "rev-parse", "HEAD") == mine
    assert git(tree, "rev-parse", "kiter/process-v1~3") == mine


def test_a_second_version_says_what_changed(tree, tmp_path, capsys):
    spec, out = tmp_path / "process.yaml", tmp_path / "out"
    spec.write_text(MINE.read_text())
    assert series(tree, spec, "-o", out, "--no-check", "--no-cc") == 0
    first = git(tree, "rev-parse", "kiter/process-v1")
    spec.write_text(MINE.read_text().replace("walk over all processes", "visit all processes"))
    assert series(tree, spec, "-o", out, "-v", "2", "--no-check", "--no-cc") == 0
    cover = next(path for path in out.iterdir() if path.name == "v2-0000-cover-letter.patch").read_text()
    assert "Subject: [PATCH bpf-next v2 0/3]" in cover
    assert "Changes in v2:\n- Reword what it says of itself\n" in cover
    assert "Range-diff against v1:\n1:  " in cover and "-: " not in cover.partition("Range-diff")[2]
    assert git(tree, "rev-parse", "kiter/process-v1") == first
    spec.write_text(spec.read_text().replace("kernels:", "#").replace("visit all", "see all"))
    assert series(tree, spec, "-o", out, "-v", "3", "--no-check", "--no-cc") == 0
    text = (out / "v3-0000-cover-letter.patch").read_text()
    assert text.index("Changes in v3:") < text.index("Changes in v2:") < text.index("Range-diff against v2:")


def test_a_version_can_be_made_again(tree, tmp_path):
    spec, out = tmp_path / "process.yaml", tmp_path / "out"
    spec.write_text(MINE.read_text())
    assert series(tree, spec, "-o", out, "--no-check", "--no-cc") == 0
    spec.write_text(MINE.read_text() + "series: {subject: 'bpf: Walk all processes'}\n")
    assert series(tree, spec, "-o", out, "--no-check", "--no-cc") == 0
    assert len(list(out.iterdir())) == 4
    assert "Walk all processes" in (out / "0000-cover-letter.patch").read_text()


def test_the_verifier_s_list_comes_with_the_ids_that_it_names(tree, tmp_path):
    spec = tmp_path / "mine.yaml"
    text = (ROOT / "specs/css_task.yaml").read_text()
    spec.write_text(text.replace("iterator: css_task", "iterator: mine"))
    assert series(tree, spec, "-o", tmp_path / "out", "--no-check", "--no-cc") == 0
    _, kernel, *others = mails(tmp_path / "out")
    assert "+BTF_ID_FLAGS(func, bpf_iter_mine_new" in kernel.get_content()
    assert "+static int check_mine_iter_allowlist(" in kernel.get_content()
    assert "Only for LSM programs, BPF iterator programs and sleepable programs." in kernel.get_content()
    said = " ".join(kernel.get_content().partition("---")[0].split())
    assert (
        "Add check_mine_iter_allowlist() to the verifier, which refuses a call of bpf_iter_mine_new()" in said
    )
    assert "Each step takes css_set_lock. bpf_iter_mine_next() returns" in said
    assert "flags is one of: - 0: every thread" in said
    assert not any("kernel/bpf/verifier.c" in mail.get_content() for mail in others)


def test_what_the_verifier_gains_is_told_and_what_it_has_is_not(clones, tmp_path):
    """Linux 7.3 trusts css->cgroup, and no cgroup->dom_cgrp."""
    tree = clones.clone("7.3", tmp_path / "tree")
    words = ("-o", tmp_path / "out", "--no-check", "--no-cc")
    specs = (ROOT / "specs/letter/letter_css.yaml", ROOT / "tools/series_vm/ancestors.yaml")
    assert series(tree, *specs, *words) == 0
    _, has, gains, *_ = (" ".join(mail.get_content().split()) for mail in mails(tmp_path / "out"))
    assert "in the verifier" not in has.partition("---")[0] and "kernel/bpf/verifier.c" not in has
    told = gains.partition("---")[0]
    assert "Add dom_cgrp to BTF_TYPE_SAFE_RCU(struct cgroup) in the verifier. Without that a pointer" in told
    assert "dom_cgrp is the cgroup itself or one of its ancestors, which it keeps. bpf_iter_" in told
    assert "+ struct cgroup *dom_cgrp; };" in gains


def test_iterators_over_the_same_element_are_named_with_why_there_should_be_another(clones, tmp_path, capsys):
    tree = clones.clone("6.12", tmp_path / "tree")
    assert series(tree, MINE, "-o", tmp_path / "plain", "--no-check") == 0
    assert (
        "the tree has an iterator over struct task_struct * already, css_task, scx_dsq, task: "
        in capsys.readouterr().out
    )
    cover = " ".join(mails(tmp_path / "plain")[0].get_content().split())
    assert "open coded iterators over struct task_struct already:" in cover
    assert "- task in kernel/bpf/task_iter.c" in cover
    spec = tmp_path / "process.yaml"
    reason = "It has no flags, which most programs do not need."
    spec.write_text(MINE.read_text("utf-8") + f"series:\n  beside: {reason}\n", encoding="utf-8")
    assert series(tree, spec, "-o", tmp_path / "told", "--no-check", "--branch", "told") == 0
    assert "already, css_task" not in capsys.readouterr().out
    assert f"kernel/bpf/task_iter.c {reason}" in " ".join(mails(tmp_path / "told")[0].get_content().split())


def test_the_cover_letter_says_how_it_was_tested_and_by_which_run_of_this_very_spec(clones, tmp_path, capsys):
    tree, target = clones.clone("6.12", tmp_path / "tree"), profile("6.12")
    spec = tmp_path / "process.yaml"
    spec.write_text(MINE.read_text("utf-8") + f"# {uuid4().hex}, as no other\n", encoding="utf-8")
    assert series(tree, spec, "-o", tmp_path / "plain", "--no-check") == 0
    assert "process was not run as it is" in capsys.readouterr().out
    assert "process was compiled, and not run." in mails(tmp_path / "plain")[0].get_content()
    (it,) = frontend.read([spec], target).iterators
    for walks in (1, 4):  # the last run on a kernel counts
        remember(it, target, Run("6.12.9-test", "x86_64", "own", walks, 31, 14), Cache())
    assert series(tree, spec, "-o", tmp_path / "told", "--no-check", "--branch", "told") == 0
    assert "not run" not in capsys.readouterr().out
    cover = mails(tmp_path / "told")[0].get_content()
    assert " ".join(cover.split()).count("was tested on Linux 6.12.9-test (x86_64)") == 1
    assert "- walks compared with what user space sees: 4\n" in cover
    spec.write_text(spec.read_text("utf-8") + "# edited\n", encoding="utf-8")
    assert series(tree, spec, "-o", tmp_path / "edited", "--no-check", "--branch", "edited") == 0
    assert "process was compiled, and not run." in mails(tmp_path / "edited")[0].get_content()
