# SPDX-License-Identifier: GPL-2.0-only
"""`kiter lint --fix`: what is fixed, what of the file stays, and that it means what was meant."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from mutations import specs

from kiter import codes
from kiter.cli.main import main
from kiter.errors import KiterError
from kiter.fix import findings, fixed_spec
from kiter.spec.load import parse
from kiter.target.profile import profile

ROOT = Path(__file__).parents[2]
BAD = sorted((ROOT / "tests" / "errors" / "fixes").glob("*.yaml"))
TARGETS = (profile("6.12"), profile("7.3"))
FIXED = {path.stem: fixed_spec(path.read_text("utf-8"), "x.yaml", TARGETS) for path in BAD}
# A spec of ours, what is right in it, and a slip that has one fix only.
SLIPS = [
    ("css", "summary: walk", "summary: Walk"),
    ("css", "iterator: css\n", "iteratr: css\n"),
    ("css", "includes: [linux/cgroup.h]", "includes: linux/cgroup.h"),
    ("css", "context: {rcu: true}", "context: {}"),
    ("css", "context: {rcu: true}", "context: {rcu: yes}"),
    ("css", "lifetime: rcu}", "lifetime: rcuu}"),
    ("css", '{next: "css_next_child(pos, start)"}', "{next: css_next_child(pos, start)}"),
    ("css", '"css_next_child(pos, start)"', '"css_next_child(kit->pos, start)"'),
    ("css", "values:", "valuse:"),
    ("css", "of @start\n", "of @strat\n"),
    ("css", "next: pos->parent}", "next: pos->parent;}"),
    ("task", 'anchor: "&init_task"', "anchor: &init_task"),
    ("task", "requires: [task]", "requires: [taks]"),
    ("task", "list_first_or_null_rcu", "list_first_entry_rcu"),
    ("task", "    nullable: true\n", '    nullable: "true"\n'),
    ("css_task", "allocate: true\n", "allocate: false\n"),
]
SWAPS = [("summary", "sumary"), ("cursor", "crusor"), ("rcu: true", "rcu: yes"), ("keep: rcu", "keep: copy")]
SWAPS += [
    ("flags", "flag"),
    ("nullable: true", "nullable: 'true'"),
    ("EINVAL", "EINVALL"),
    ("allocate: true", ""),
]


@pytest.mark.parametrize("path", BAD, ids=lambda p: p.stem)
def test_a_bad_file_becomes_the_expected_one(path, golden):
    golden(f"fixes/{path.name}", FIXED[path.stem].text)


@pytest.mark.parametrize("path", BAD, ids=lambda p: p.stem)
def test_comments_stay_but_for_idle_silences(path):
    comment = re.compile(r"(?:^|(?<= ))#(?! kiter: allow).*", re.MULTILINE)
    texts = path.read_text("utf-8"), FIXED[path.stem].text
    before, after = (sorted(comment.findall(text)) for text in texts)
    assert sorted(before) == sorted(after)


@pytest.mark.parametrize("path", BAD, ids=lambda p: p.stem)
def test_a_second_time_nothing_is_left_to_fix(path):
    again = fixed_spec(FIXED[path.stem].text, "x.yaml", TARGETS)
    assert again.done == () and again.text == FIXED[path.stem].text


def test_every_rule_with_a_fix_is_shown_to():
    known = {name for name, code in codes.every_code().items() if getattr(code, "fixable", False)}
    of_c = {"I28", "I38", "I39", "I48", "I49", "I51", "I52"}
    assert {d.code for one in FIXED.values() for d in one.done} == known - of_c
    assert of_c <= known


@pytest.mark.parametrize(("spec", "right", "wrong"), SLIPS, ids=lambda text: text.strip()[:40])
def test_a_slip_is_undone(spec, right, wrong):
    text = (ROOT / "specs" / f"{spec}.yaml").read_text("utf-8")
    assert right in text
    slipped = text.replace(right, wrong, 1)
    assert any(d.severity == "error" or d.code[0] == "L" for d in findings(slipped, "x.yaml", TARGETS))
    made = parse(fixed_spec(slipped, "x.yaml", TARGETS).text, "x.yaml").data
    assert json.dumps(made, sort_keys=True) == json.dumps(parse(text, "x.yaml").data, sort_keys=True)


@pytest.mark.parametrize("path", sorted((ROOT / "specs").rglob("*.yaml")), ids=lambda p: p.stem)
def test_there_is_nothing_to_fix_in_our_own_specs(path):
    assert fixed_spec(path.read_text("utf-8"), str(path), TARGETS).done == ()


@st.composite
def laid_out(draw) -> str:
    """A spec with slips in it, in one of YAML's layouts, with comments where they are none of the text."""
    document = parse(draw(specs()), "x.yaml")
    text = yaml.dump(
        document.data, sort_keys=False, default_flow_style=draw(st.sampled_from([True, False, None]))
    )
    for wrong in draw(st.lists(st.sampled_from(SWAPS), max_size=3)):
        text = text.replace(*wrong, 1)
    lines = text.split("\n")
    for row in draw(st.sets(st.integers(0, len(lines) - 1), max_size=3)):
        marked = [*lines[:row], f"{lines[row]} # remark {row}", *lines[row + 1 :]]
        if _data("\n".join(marked)) == _data("\n".join(lines)) is not None:
            lines = marked
    return "\n".join(lines)


def _data(text: str) -> object:
    try:
        return parse(text, "x.yaml").data
    except KiterError:
        return None


@given(text=laid_out())
@settings(max_examples=60)
def test_whatever_is_fixed_keeps_its_remarks_and_loads_again(text):
    one = fixed_spec(text, "x.yaml", TARGETS[:1])
    assert fixed_spec(one.text, "x.yaml", TARGETS[:1]).done == ()
    assert re.findall(r"# remark \d+", one.text) == re.findall(r"# remark \d+", text)
    if _data(text) is not None:
        assert _data(one.text) is not None
        fine = not any(d.code[0] == "S" for d in findings(text, "x.yaml", TARGETS[:1]))
        assert not (fine and any(d.code[0] == "S" for d in findings(one.text, "x.yaml", TARGETS[:1])))


def test_line_ends_and_the_mark_before_the_text_stay():
    text = (ROOT / "specs" / "css.yaml").read_text("utf-8").replace("context: {rcu: true}", "context: {}")
    one = fixed_spec("\ufeff" + text.replace("\n", "\r\n"), "x.yaml", TARGETS)
    assert one.text == "\ufeff" + text.replace("{}", "{rcu: true}").replace("\n", "\r\n")


# --- as a command ------------------------------------------------------------------------------


@pytest.fixture
def spec(tmp_path):
    path = tmp_path / "css.yaml"
    text = (ROOT / "specs" / "css.yaml").read_text("utf-8")
    path.write_text(
        text.replace("summary: walk", "summary: Walk").replace("context: {rcu: true}", "context: {}")
    )
    path.chmod(0o640)
    return path


def test_fix_edits_reports_and_lints_again(spec, capsys):
    assert main(["lint", "--fix", str(spec)]) == 0
    told = capsys.readouterr()
    assert "fixed[C05]" in told.err and "fixed[L05]" in told.err and "error" not in told.err
    assert spec.read_text("utf-8") == (ROOT / "specs" / "css.yaml").read_text("utf-8")
    assert spec.stat().st_mode & 0o777 == 0o640
    assert main(["lint", "--fix", str(spec)]) == 0
    assert capsys.readouterr().err == ""


def test_the_status_is_that_of_what_remains(spec, capsys):
    spec.write_text(spec.read_text("utf-8").replace("doc: the direct", "dog: the\n        doc: the direct"))
    assert main(["lint", "--fix", str(spec)]) == 1
    told = capsys.readouterr().err
    assert "unknown key 'dog'" in told and "fixed" not in told


def test_a_link_stays_one(spec, tmp_path):
    link = tmp_path / "link.yaml"
    link.symlink_to(spec.name)
    assert main(["lint", "--fix", str(link)]) == 0
    assert link.is_symlink() and "context: {rcu: true}" in spec.read_text("utf-8")


def test_diff_shows_a_patch_and_changes_nothing(spec, capsys, monkeypatch):
    monkeypatch.chdir(spec.parent)
    before = spec.read_text("utf-8")
    assert main(["lint", "--diff", spec.name]) == 1
    shown = capsys.readouterr().out
    assert "-context: {}\n+context: {rcu: true}\n" in shown
    assert spec.read_text("utf-8") == before
    subprocess.run(["git", "apply", "-"], input=shown, text=True, check=True)
    assert spec.read_text("utf-8") == (ROOT / "specs" / "css.yaml").read_text("utf-8")
    assert main(["lint", "--diff", spec.name]) == 0


def test_json_has_the_edits_in_one_list(spec, capsys):
    assert main(["lint", "--format", "json", str(spec)]) == 1
    found = json.loads(capsys.readouterr().err)
    edit = next(d["edit"] for d in found if d["code"] == "C05")
    assert edit == {"line": 10, "column": 11, "end_line": 10, "end_column": 11, "text": "rcu: true"}
    assert main(["lint", "--fix", "--format", "json", str(spec)]) == 0
    told = capsys.readouterr()
    assert {d["severity"] for d in json.loads(told.err)} == {"fixed"}
    assert json.loads(told.out) == {"fine": ["css"], "warnings": 0, "fixed": 2}


def test_a_file_that_cannot_be_written_is_told_and_kept(spec, monkeypatch, capsys):
    def refuse(*_):
        raise PermissionError(13, "Permission denied", str(spec))

    monkeypatch.setattr("kiter.cli._fixes.swap", refuse)
    before = spec.read_text("utf-8")
    assert main(["lint", "--fix", str(spec)]) == 2
    assert "Permission denied" in capsys.readouterr().err and spec.read_text("utf-8") == before


PORTED = """
BTF_SET8_START(x_ids)
BTF_ID_FLAGS(func, bpf_iter_x_new, KF_ITER_NEW | KF_TRUSTED_ARGS | KF_RCU_PROTECTED)
BTF_ID_FLAGS(func, bpf_iter_x_next, KF_ITER_NEXT | KF_RET_NUL)
BTF_ID_FLAGS(func, bpf_iter_x_destroy, KF_ITER_DESTROY | KF_TRUSTED_ARGS)
BTF_SET8_END(x_ids)
"""


def test_c_is_ported_where_there_is_one_way_to_do_it(tmp_path):
    path = tmp_path / "x.c"
    path.write_text(PORTED)
    main(["lint", "--fix", "--kernel-source", str(path), "--target", "7.3"])
    ported = path.read_text("utf-8")
    assert "BTF_KFUNCS_START(x_ids)" in ported and "BTF_KFUNCS_END(x_ids)" in ported
    assert "bpf_iter_x_new, KF_ITER_NEW | KF_RCU_PROTECTED)" in ported
    assert "KF_ITER_NEXT | KF_RET_NULL)" in ported
    assert "bpf_iter_x_destroy, KF_ITER_DESTROY)" in ported


def test_c_is_ported_to_older_kernels_too(tmp_path):
    text = (ROOT / "tests/errors/source/good.c").read_text("utf-8")
    path = tmp_path / "x.c"
    path.write_text(text.replace(" | KF_RCU_PROTECTED | KF_TRUSTED_ARGS", ""))
    main(["lint", "--fix", "--kernel-source", str(path), "--target", "6.12"])
    assert "bpf_iter_x_new, KF_ITER_NEW | KF_TRUSTED_ARGS)" in path.read_text("utf-8")


def test_a_file_that_is_not_there_is_told_as_ever(tmp_path, capsys):
    assert main(["lint", "--fix", str(tmp_path / "none.yaml")]) == 2
    assert "S01" in capsys.readouterr().err
