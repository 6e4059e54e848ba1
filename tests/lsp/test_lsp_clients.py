# SPDX-License-Identifier: GPL-2.0-only
"""Real clients: one that speaks the protocol by itself, and Neovim."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from lsprotocol import types as lsp
from pygls.lsp.client import LanguageClient

ROOT = Path(__file__).parents[2]
CSS = (ROOT / "specs/css.yaml").read_text("utf-8")
SERVER = (sys.executable, "-m", "kiter.cli.main", "lsp")
LONGEST = 120  # seconds that a busy machine is given for one answer


class Editor:
    """A client with one file open, and what the server has told about it."""

    def __init__(self, path: Path) -> None:
        self.client = LanguageClient("tests", "1")
        self.uri = path.as_uri()
        self.told: asyncio.Queue[lsp.PublishDiagnosticsParams] = asyncio.Queue()
        # a bound method takes no attribute, which pygls sets
        self.client.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)(lambda told: self.told.put_nowait(told))  # noqa: PLW0108

    async def __aenter__(self) -> Editor:
        await self.client.start_io(*SERVER, env={**os.environ, "PYTHONPATH": str(ROOT / "gen")})
        encodings = [lsp.PositionEncodingKind.Utf16]
        general = lsp.GeneralClientCapabilities(position_encodings=encodings)
        capabilities = lsp.ClientCapabilities(general=general)
        await self.client.initialize_async(lsp.InitializeParams(capabilities, root_uri=ROOT.as_uri()))
        self.client.initialized(lsp.InitializedParams())
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.client.shutdown_async(None)
        self.client.exit(None)
        await self.client.stop()

    async def opened(self, text: str) -> list[lsp.Diagnostic]:
        item = lsp.TextDocumentItem(self.uri, "yaml", 1, text)
        self.client.text_document_did_open(lsp.DidOpenTextDocumentParams(item))
        return await self.findings()

    async def typed(self, line: int, first: int, last: int, text: str) -> list[lsp.Diagnostic]:
        there = lsp.Range(lsp.Position(line, first), lsp.Position(line, last))
        change = lsp.TextDocumentContentChangePartial(text=text, range=there)
        document = lsp.VersionedTextDocumentIdentifier(2, self.uri)
        self.client.text_document_did_change(lsp.DidChangeTextDocumentParams(document, [change]))
        return await self.findings()

    async def findings(self) -> list[lsp.Diagnostic]:
        return list((await asyncio.wait_for(self.told.get(), LONGEST)).diagnostics)

    @property
    def document(self) -> lsp.TextDocumentIdentifier:
        return lsp.TextDocumentIdentifier(self.uri)


def test_a_session_of_an_editor(tmp_path):
    async def session() -> None:
        async with Editor(tmp_path / "css.yaml") as editor:
            assert await editor.opened(CSS) == []
            line = CSS.split("\n").index("kernels: 6.7-")
            (found,) = await editor.typed(line, 0, 13, "since: '6.7'")
            assert (found.code, found.range.start, found.range.end.character) == (
                "S30",
                lsp.Position(line, 0),
                5,
            )
            actions = await editor.client.text_document_code_action_async(
                lsp.CodeActionParams(editor.document, found.range, lsp.CodeActionContext([found]))
            )
            edit = actions[0].edit.changes[editor.uri][0]
            assert edit.new_text == "kernels: 6.7-"
            there = edit.range.start, edit.range.end
            assert await editor.typed(line, there[0].character, there[1].character, edit.new_text) == []
            hovered = await editor.client.text_document_hover_async(
                lsp.HoverParams(editor.document, lsp.Position(line, 2))
            )
            assert "**kernels**" in hovered.contents.value
            symbols = await editor.client.text_document_document_symbol_async(
                lsp.DocumentSymbolParams(editor.document)
            )
            assert [one.name for one in symbols][:2] == ["iterator", "summary"]
            offered = await editor.client.text_document_completion_async(
                lsp.CompletionParams(editor.document, lsp.Position(line + 1, 0))
            )
            assert "guard" not in {one.label for one in offered.items}
            assert "helpers" in {one.label for one in offered.items}

    asyncio.run(session())


def test_places_are_counted_as_the_editor_counts_them(tmp_path):
    """Outside of the basic plane a character is two of UTF-16."""

    async def session() -> None:
        async with Editor(tmp_path / "css.yaml") as editor:
            text = CSS.replace("{rcu: true}", '{"\U0001f600": 1, rcu: true}')
            found = await editor.opened(text)
            rows = text.split("\n")
            line = next(n for n, row in enumerate(rows) if row.startswith("context"))
            (one,) = [each for each in found if each.range.start.line == line]
            assert one.range.start.character == rows[line].index('"')

    asyncio.run(session())


def test_other_yaml_is_left_alone(tmp_path):
    async def session() -> None:
        async with Editor(tmp_path / "other.yaml") as editor:
            assert await editor.opened("services: {web: {ports: [80]}}\n") == []

    asyncio.run(session())


LUA = """
local client = vim.lsp.start_client({ name = 'kiter', cmd = vim.split(vim.env.SERVER, ' ') })
vim.lsp.buf_attach_client(0, client)
vim.wait(tonumber(vim.env.LONGEST) * 1000, function() return #vim.diagnostic.get(0) > 0 end, 50)
local found = vim.tbl_map(function(one)
    return { one.lnum, one.code or one.user_data.lsp.code, one.message }
end, vim.diagnostic.get(0))
io.stdout:write(vim.json.encode(found))
vim.lsp.stop_client(client, true)
vim.cmd('quitall!')
"""


@pytest.mark.skipif(not shutil.which("nvim"), reason="Neovim is not installed")
def test_neovim_shows_what_is_wrong(tmp_path):
    spec = tmp_path / "css.yaml"
    spec.write_text(CSS.replace("kernels: 6.7-", "since: '6.7'"), encoding="utf-8")
    (tmp_path / "attach.lua").write_text(LUA, encoding="utf-8")
    surroundings = {
        "SERVER": " ".join(SERVER),
        "LONGEST": str(LONGEST),
        "PYTHONPATH": str(ROOT / "gen"),
        "HOME": str(tmp_path),
    }
    run = subprocess.run(
        ["nvim", "--headless", "--clean", str(spec), "-c", "luafile attach.lua"],
        cwd=tmp_path,
        env={**os.environ, **surroundings},
        capture_output=True,
        text=True,
        check=True,
        timeout=4 * LONGEST,
    )
    ((line, code, message),) = json.loads(run.stdout)
    assert (line, code) == (4, "S30")
    assert "kernels: 6.7-" in message
