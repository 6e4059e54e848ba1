# SPDX-License-Identifier: GPL-2.0-only
"""`kiter apply` of an iterator that is SEC("iter/...") too: where the form goes, which one a tree keeps."""

from __future__ import annotations

from tree_support import ROOT, apply, snapshot

from tools.kernel_trees import commit_all

MAPS = ROOT / "tests/generate/specs/seq_maps.yaml"
FILE = "kernel/bpf/map_iter.c"
OWN = "DEFINE_BPF_ITER_FUNC(every_map, struct bpf_iter_meta *meta, struct bpf_map *map)\n"


def test_the_form_stands_behind_the_kfuncs(tree):
    assert apply(tree, MAPS) == 0
    text = (tree / FILE).read_text()
    assert "#include <linux/seq_file.h>" in text
    assert text.index("bpf_iter_seq_maps_destroy(struct") < text.index("struct bpf_iter__every_map {")
    assert text.count("DEFINE_BPF_ITER_FUNC(every_map,") == 1
    assert apply(tree, "--revert") == 0
    assert "every_map" not in (tree / FILE).read_text()


def test_a_target_that_the_tree_has_is_refused_or_kept(tree, capsys):
    (tree / FILE).write_text((tree / FILE).read_text() + OWN)
    commit_all(tree, "a target")
    before = snapshot(tree)
    assert apply(tree, MAPS) == 1
    said = capsys.readouterr().err
    assert "A04" in said and 'SEC("iter/every_map")' in said and "--replace" in said
    assert snapshot(tree) == before
    assert apply(tree, "--replace", MAPS) == 0
    assert 'keeps the SEC("iter/every_map") that was hand-written' in capsys.readouterr().out
    assert (tree / FILE).read_text().count("DEFINE_BPF_ITER_FUNC(every_map,") == 1
