# SPDX-License-Identifier: GPL-2.0-only
"""The wheel carries all that kiter needs, and works where no checkout is."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

# One worker builds the wheel for all of these.
pytestmark = pytest.mark.xdist_group("wheel")


def checked(*command: str | Path, cwd: Path) -> str:
    """What a command prints, run as a user would: nothing of the checkout in its environment."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "KITER", "VIRTUAL_ENV"))}
    run = subprocess.run(command, cwd=cwd, env=clean, capture_output=True, text=True, check=False)
    assert run.returncode == 0, f"{command}:\n{run.stdout}{run.stderr}"
    return run.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built without network, by the backend that is installed with the dev dependencies."""
    folder = tmp_path_factory.mktemp("wheel")
    offline = ("--no-deps", "--no-build-isolation", "--no-index")
    checked(sys.executable, "-m", "pip", "wheel", "-q", *offline, "-w", folder, ROOT, cwd=folder)
    return next(folder.glob("kiter-*.whl"))


@pytest.fixture(scope="module")
def programs(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of a new virtual environment that has the wheel.

    Its dependencies are those of this environment, by a .pth file: lines in it add folders, but do not
    read the .pth files in them, so the checkout's editable installation stays out of it.
    """
    home = tmp_path_factory.mktemp("venv")
    checked(sys.executable, "-m", "venv", "--without-pip", home, cwd=home)
    python = home / "bin" / "python"
    install = ("-m", "pip", "--python", python, "install", "-q", "--no-deps", "--no-index", wheel)
    checked(sys.executable, *install, cwd=home)
    site = next(home.glob("lib/python*/site-packages"))
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return home / "bin"


def test_carries_specs_templates_and_schema(wheel: Path) -> None:
    packed = set(zipfile.ZipFile(wheel).namelist())
    beside = [
        f for folder in ("specs", "fixtures", "templates") for f in (ROOT / folder).rglob("*") if f.is_file()
    ]
    assert beside
    missing = {f"kiter/data/{f.relative_to(ROOT).as_posix()}" for f in beside} - packed
    assert not missing
    assert {"kiter/spec/schema.json", "kiter/py.typed"} <= packed
    assert any(name.endswith("/licenses/LICENSE") for name in packed)


def test_carries_nothing_else(wheel: Path) -> None:
    tops = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    name = f"kiter-{PROJECT['version']}"
    assert tops == {"kiter", f"{name}.dist-info", f"{name}.data"}


def test_man_and_the_shells_find_their_files(programs: Path) -> None:
    shared = programs.parent / "share"
    pages = {path.name for path in (shared / "man/man1").iterdir()}
    assert pages == {path.name for path in (ROOT / "docs/man").iterdir()}
    for place, name in (
        ("bash-completion/completions/kiter", "kiter.bash"),
        ("zsh/site-functions/_kiter", "_kiter"),
        ("fish/vendor_completions.d/kiter.fish", "kiter.fish"),
    ):
        assert (shared / place).read_text("utf-8") == (ROOT / "docs/completion" / name).read_text("utf-8")


def test_runs_from_the_wheel_not_the_checkout(programs: Path, tmp_path: Path) -> None:
    where = checked(
        programs / "python", "-c", "import kiter.resources as r; print(r.templates())", cwd=tmp_path
    )
    assert Path(where.strip()).is_dir()
    assert Path(where.strip()).is_relative_to(programs.parent)


def test_every_module_of_it_is_there(programs: Path, tmp_path: Path) -> None:
    """What only maintainers and tests read stands outside of the package: nothing in it may need that."""
    command = (
        "import importlib, importlib.util, kiter, pkgutil\n"
        "assert not any(map(importlib.util.find_spec, ('tools', 'tests')))\n"
        "for one in pkgutil.walk_packages(kiter.__path__, 'kiter.'):\n"
        "    importlib.import_module(one.name)\n"
        "    print(one.name)\n"
    )
    names = checked(programs / "python", "-c", command, cwd=tmp_path).split()
    assert len(names) > 200


def test_explains_a_rule_with_its_examples(programs: Path, tmp_path: Path) -> None:
    assert checked(programs / "kiter", "explain", "C06", "I02", cwd=tmp_path).count("good:") == 2


def test_tells_its_version(programs: Path, tmp_path: Path) -> None:
    assert PROJECT["version"] in checked(programs / "kiter", "--version", cwd=tmp_path)


@pytest.mark.breadth
def test_pipx_installs_it(wheel: Path, tmp_path: Path) -> None:
    """As a user does it, with the dependencies of a package index."""
    pipx = shutil.which("pipx")
    if pipx is None:
        pytest.skip("no pipx here (apt-get install pipx): the wheel is tried in a virtual environment alone")
    folders = {f"PIPX_{name}": str(tmp_path / name.lower()) for name in ("HOME", "BIN_DIR", "MAN_DIR")}
    given = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "KITER", "VIRTUAL_ENV"))}
    run = subprocess.run(
        (pipx, "install", wheel), env=given | folders, capture_output=True, text=True, check=False
    )
    if "No matching distribution" in run.stderr:
        pytest.skip("no package index for pipx: the wheel is tried in a virtual environment alone")
    assert run.returncode == 0, run.stderr
    assert PROJECT["version"] in checked(tmp_path / "bin_dir" / "kiter", "--version", cwd=tmp_path)


def test_prints_its_schema(programs: Path, tmp_path: Path) -> None:
    schema = (ROOT / "gen" / "kiter" / "spec" / "schema.json").read_text(encoding="utf-8")
    assert checked(programs / "kiter", "schema", cwd=tmp_path).strip() == schema.strip()


def test_builds_in_an_empty_folder_what_the_checkout_has(programs: Path, tmp_path: Path) -> None:
    checked(programs / "kiter", "build", "--no-check", cwd=tmp_path)
    assert contents(tmp_path / "out") == contents(ROOT / "out")


def contents(folder: Path) -> dict[str, str]:
    """Every file below a folder."""
    files = [f for f in folder.rglob("*") if f.is_file()]
    assert files, f"nothing in {folder}"
    return {f.relative_to(folder).as_posix(): f.read_text(encoding="utf-8") for f in files}
