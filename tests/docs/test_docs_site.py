# SPDX-License-Identifier: GPL-2.0-only
"""The site: it builds without a warning, its pictures show each walk, and a browser can use it."""

from __future__ import annotations

import functools
import html.parser
import http.server
import json
import re
import shutil
import subprocess
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from kiter import frontend
from kiter.cli.main import main
from kiter.generate import generate
from kiter.lower.context import lowering_context
from kiter.output import Kind
from kiter.site import matrix, order, view
from kiter.sync import specs
from kiter.target.profile import profile

ROOT = Path(__file__).parents[2]
PHONE = 390  # pixels
# every page in a frame as wide as a phone, then a search; what was found replaces the page
PROBE = """<!doctype html><title>probe</title><body><script>
const found = {};
const frame = document.createElement("iframe");
frame.style = "width:%dpx;height:800px;border:0";
document.body.append(frame);
const open = (url) => new Promise((done) => { frame.onload = done; frame.src = url; });
const wait = (ms) => new Promise((done) => setTimeout(done, ms));
(async () => {
  for (const page of %s) {
    await open(page);
    const doc = frame.contentDocument;
    const broken = [...doc.images].filter((i) => !i.complete || !i.naturalWidth).map((i) => i.src);
    const font = parseFloat(getComputedStyle(doc.querySelector("div.body p")).fontSize);
    found[page] = {width: doc.documentElement.scrollWidth, broken, font};
  }
  await open("search.html?q=ancestors");
  const links = () => [...frame.contentDocument.querySelectorAll("#search-results li a")];
  for (let i = 0; i < 600 && !links().length; i++) await wait(100);
  const hits = links();
  const result = {pages: found, hits: hits.map((a) => a.getAttribute("href"))};
  document.body.innerHTML = "<pre id=result></pre>";
  document.getElementById("result").textContent = JSON.stringify(result);
})();
</script>"""


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("site") / "site"
    assert main(["docs", str(ROOT / "specs"), "-o", str(out)]) == 0
    return out


class Links(html.parser.HTMLParser):
    """What a page refers to, and the places that it has."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.targets: list[str] = []
        self.ids: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        for key, value in attrs:
            if key == "id":
                self.ids.add(value)
            elif key in ("href", "src") and value:
                self.targets.append(value)


def test_a_site_that_cannot_be_there_is_told_with_its_path(capsys, tmp_path):
    (tmp_path / "file").write_text("mine\n")
    for out in (tmp_path / "file", tmp_path / "file" / "site"):
        assert main(["docs", str(ROOT / "specs/num.yaml"), "-o", str(out)]) == 2
        err = capsys.readouterr().err
        assert err.startswith(f"{out}: error[E90]")
    assert (tmp_path / "file").read_text() == "mine\n"


def test_every_link_leads_somewhere(site):
    pages = {path.name: Links(path.read_text("utf-8")) for path in site.glob("*.html")}
    assert len(pages) > 15
    dead = []
    for name, page in pages.items():
        for target in page.targets:
            if re.match(r"\w+:", target):
                continue
            file, _, place = target.partition("#")
            file = file.partition("?")[0] or name
            if not (site / file).exists() or (place and file in pages and place not in pages[file].ids):
                dead.append(f"{name}: {target}")
    assert dead == []


def test_every_iterator_has_its_page_with_all_that_belongs_there(site):
    for path in (ROOT / "specs").rglob("*.yaml"):
        text = (site / f"bpf_iter_{path.stem}.html").read_text("utf-8")
        for part in (f"{path.stem}-states.svg", "bpf_for_each", "__bpf_kfunc", "_destroy"):
            assert part in text, f"{part} on the page of {path.stem}"
        for role in view.ROLES:
            for_ebpf = (site / f"ebpf.io/bpf_iter_{path.stem}_{role}.md").read_text("utf-8")
            assert for_ebpf.startswith(f"---\ntitle: \"KFunc 'bpf_iter_{path.stem}_{role}'\"\n")
            for mark in ("FEATURE_TAG", "KFUNC_DEF", "KFUNC_PROG_REF"):
                assert for_ebpf.count(f"[{mark}]") == 1 and f"<!-- [/{mark}] -->" in for_ebpf
            sections = ["# KFunc", "## Definition", "## Usage", "### Program types", "### Example"]
            assert re.findall(r"^#+ (?=KFunc)KFunc|^##+ .+", for_ebpf, re.MULTILINE) == sections


def test_a_browser_shows_it_at_the_width_of_a_phone_and_finds_things(site, tmp_path):
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("no Chromium here (apt-get install chromium)")
    pages = sorted(
        path.name for path in site.glob("*.html") if path.name not in ("search.html", "genindex.html")
    )
    (site / "probe.html").write_text(PROBE % (PHONE, json.dumps(pages)))
    handler = functools.partial(Quiet, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        done = subprocess.run(
            [chromium, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path}/profile",
             "--enable-logging=stderr", "--virtual-time-budget=60000", "--dump-dom",
             f"http://127.0.0.1:{server.server_port}/probe.html"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        server.shutdown()
    (site / "probe.html").unlink()
    told = re.search(r'<pre id="result">(.*?)</pre>', done.stdout, re.DOTALL)
    assert told, done.stderr[-2000:]
    result = json.loads(html.unescape(told[1]))
    assert sorted(result["pages"]) == pages
    assert {
        name: p for name, p in result["pages"].items() if p["width"] > PHONE or p["broken"] or p["font"] < 14
    } == {}
    assert any("bpf_iter_css.html" in hit for hit in result["hits"]), "the search finds the page"
    assert [line for line in done.stderr.splitlines() if ":CONSOLE" in line] == []


class Quiet(http.server.SimpleHTTPRequestHandler):
    """A server that says nothing."""

    def log_message(self, *args):
        pass


# --- what the pictures and the matrix say --------------------------------------------------------


def figures(name: str) -> dict[str, order.Figure]:
    target = profile("7.3")
    it = specs.read(frontend.collect([str(ROOT / f"specs/{name}.yaml")]), target)[0]
    return dict(order.figures(lowering_context(it, target)))


def visited(figure: order.Figure) -> list[str]:
    return [n.name for n in sorted((n for n in figure.nodes if n.number), key=lambda n: int(n.number))]


def test_the_pictures_are_numbered_in_the_order_of_the_walk():
    css = figures("css")
    assert visited(css["BPF_CGROUP_ITER_DESCENDANTS_PRE"]) == ["/", "a", "a1", "a2", "b", "b1"]
    assert visited(css["BPF_CGROUP_ITER_DESCENDANTS_POST"]) == ["a1", "a2", "a", "b1", "b", "/"]
    assert visited(css["BPF_CGROUP_ITER_ANCESTORS_UP"]) == ["a2", "a", "/"]
    assert visited(css["BPF_CGROUP_ITER_CHILDREN"]) == ["a", "b"]
    assert visited(figures("bits")["walk"]) == ["0: 1", "2: 1", "63: 1"]
    assert visited(figures("task")["BPF_TASK_ITER_PROC_THREADS"]) == ["20", "21", "22"]


@pytest.mark.parametrize("path", sorted((ROOT / "specs").glob("*.yaml")), ids=lambda path: path.stem)
def test_every_walk_has_a_picture_and_nothing_in_it_overlaps(path):
    found = figures(path.stem)
    assert found
    for figure in found.values():
        assert visited(figure), "a walk visits something"
        places = [(node.x, node.y) for node in figure.nodes]
        assert len(set(places)) == len(places)
        assert all(17 <= x <= figure.width - 17 and 17 <= y <= figure.height - 35 for x, y in places)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("css", {"tracing": "yes", "xdp": "yes"}),
        ("css_task", {"tracing": "sleepable", "lsm": "yes", "xdp": "no"}),
        ("kmem_cache", {"syscall": "sleepable", "sched_cls": "no"}),
        ("scx_dsq", {"struct_ops": "yes", "lsm": "yes", "xdp": "no"}),
    ],
)
def test_the_matrix_says_who_may_use_it(name, says):
    it = specs.read(frontend.collect([str(ROOT / f"specs/{name}.yaml")]), profile("7.3"))[0]
    row = dict(zip(matrix.TYPES, matrix.row(it, profile("7.3")), strict=True))
    assert says.items() <= row.items()


def test_the_matrix_does_not_guess():
    """Of a set that is not known, or that a filter guards, it says so."""
    target = profile("7.3")
    it = specs.read(frontend.collect([str(ROOT / "specs/scx_dsq.yaml")]), target)[0]

    def says(name: str) -> dict[str, str]:
        joined = replace(it, place=replace(it.place, join=name))
        return dict(zip(matrix.TYPES, matrix.row(joined, target), strict=True))

    assert set(says("nobodys_ids").values()) == {"?"}
    fs = says("bpf_fs_kfunc_set_ids")
    assert (fs["lsm"], fs["tracing"], fs["xdp"]) == ("yes", "?", "no")
    assert set(says("common_btf_ids").values()) == {"yes"}


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("bpf_fs_kfunc_set_ids", "A filter of the set admits programs of LSM hooks, and some functions in"),
        ("scx_kfunc_ids_dispatch", "A filter of the set refuses some of them."),
        ("scx_kfunc_ids_any", ""),
    ],
)
def test_the_page_says_what_the_filter_of_another_file_admits(name, said):
    target = profile("7.3")
    it = specs.read(frontend.collect([str(ROOT / "specs/scx_dsq.yaml")]), target)[0]
    joined = replace(it, place=replace(it.place, join=name))
    page = " ".join(generate(joined, target).of(Kind.RST).text.split())
    assert f"Its set, ``{name}``, is registered for" in page
    assert said in page if said else "filter of the set" not in page


def test_the_page_for_ebpf_lists_every_type_and_error():
    """That is what readers look up there: no type is missing, none of another hook is listed."""
    target = profile("7.3")

    def page(name: str) -> str:
        it = specs.read(frontend.collect([str(ROOT / f"specs/{name}.yaml")]), target)[0]
        return view.ebpf(lowering_context(it, target))[f"bpf_iter_{name}_new"]

    listed = {
        name: set(re.findall(r"\[`BPF_PROG_TYPE_(\w+)`\]", page(name)))
        for name in ("css", "scx_dsq", "dmabuf")
    }
    assert {"LWT_IN", "NETFILTER", "KPROBE", "CGROUP_SKB"} < listed["css"] and "ITER" not in listed["css"]
    assert listed["scx_dsq"] == {
        *("STRUCT_OPS", "SYSCALL", "TRACING", "LSM", "PERF_EVENT", "RAW_TRACEPOINT", "TRACEPOINT"),
    }
    assert listed["dmabuf"] == listed["scx_dsq"] - {"PERF_EVENT"} | {"KPROBE"}, "those that may sleep"
    assert "- `-E2BIG`: there are more than 511 words\n" in page("bits")


@pytest.mark.parametrize(
    "name, kfunc, said",
    [
        ("css", "next", "`#!c struct cgroup_subsys_state *bpf_iter_css_next(struct bpf_iter_css *it)`"),
        ("css", "new", "This kfunc is `KF_RCU_PROTECTED`"),
        ("dmabuf", "next", "This kfunc may sleep"),
        ("dmabuf", "destroy", "This kfunc may sleep"),
        ("num", "destroy", "See [`bpf_iter_num_new`](bpf_iter_num_new.md#example)"),
    ],
)
def test_each_kfunc_has_a_page_for_ebpf(name, kfunc, said):
    target = profile("7.3")
    it = specs.read(frontend.collect([str(ROOT / f"specs/{name}.yaml")]), target)[0]
    pages = view.ebpf(lowering_context(it, target))
    assert list(pages) == [f"bpf_iter_{name}_{role}" for role in ("new", "next", "destroy")]
    assert said in pages[f"bpf_iter_{name}_{kfunc}"]
