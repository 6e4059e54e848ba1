# SPDX-License-Identifier: GPL-2.0-only
"""The language server: what an editor asks, handed to the functions beside, and their answers in LSP."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer
from pygls.workspace import TextDocument
from pygls.workspace.position_codec import ServerTextPosition

from kiter.errors import Diagnostic, Position
from kiter.fixtures.known import is_fixture
from kiter.lsp.complete import choices
from kiter.lsp.define import define
from kiter.lsp.diagnose import corrected, diagnose, read
from kiter.lsp.hover import hover
from kiter.lsp.names import Names
from kiter.lsp.outline import Entry, outline
from kiter.regex import regex
from kiter.spec.document import Document
from kiter.target.profile import Profile

_SPEC = regex(r"^iterator:", re.MULTILINE)
_SEVERITY = {
    "error": lsp.DiagnosticSeverity.Error,
    "warning": lsp.DiagnosticSeverity.Warning,
    "note": lsp.DiagnosticSeverity.Information,
}
_KIND = {
    "key": lsp.CompletionItemKind.Property,
    "value": lsp.CompletionItemKind.Value,
    "member": lsp.CompletionItemKind.Field,
    "function": lsp.CompletionItemKind.Function,
    "enumerator": lsp.CompletionItemKind.EnumMember,
}


class Server(LanguageServer):
    """A server for one editor, and what it remembers of the specs that are open.

    targets: the kernels that specs are judged for; C is shown for the last
    names: gives the names of a kernel, None where there is no BTF; called when they are wanted first
    tree: a kernel tree, None for none
    """

    def __init__(
        self, version: str, targets: tuple[Profile, ...], names: Callable[[], Names | None], tree: Path | None
    ) -> None:
        super().__init__("kiter", version)
        self.targets, self.names, self.tree = targets, names, tree
        self.found: dict[str, tuple[str, list[Diagnostic]]] = {}
        self.last: dict[str, Mapping[str, Any]] = {}

    def findings(self, document: TextDocument) -> list[Diagnostic]:
        """What is wrong with an open file as it is now; nothing with what is no spec."""
        text = document.source
        known = self.found.get(document.uri)
        if known is None or known[0] != text:
            judged = _SPEC.search(text) and not is_fixture(Path(document.path))
            known = text, diagnose(text, document.path, self.targets) if judged else []
            self.found[document.uri] = known
        return known[1]

    def read(self, document: TextDocument) -> Document | None:
        """The spec as it is now, if it can be read."""
        found = read(document.source, document.path)
        if found:
            self.last[document.uri] = found.data
        return found

    def forget(self, uri: str) -> None:
        """A file was closed."""
        self.found.pop(uri, None)
        self.last.pop(uri, None)


def serving(
    version: str, targets: tuple[Profile, ...], names: Callable[[], Names | None], tree: Path | None
) -> Server:
    """A server with every feature; its start_io() speaks LSP on stdin and stdout until the editor ends it."""
    server = Server(version, targets, names, tree)
    for feature, options, answer in _FEATURES:
        server.feature(feature, options)(answer)
    return server


def _opened(server: Server, params: lsp.DidOpenTextDocumentParams) -> None:
    _publish(server, params.text_document.uri)


def _changed(server: Server, params: lsp.DidChangeTextDocumentParams) -> None:
    _publish(server, params.text_document.uri)


def _closed(server: Server, params: lsp.DidCloseTextDocumentParams) -> None:
    server.forget(params.text_document.uri)


def _publish(server: Server, uri: str) -> None:
    document = server.workspace.get_text_document(uri)
    told = [_told(document, one) for one in server.findings(document)]
    server.text_document_publish_diagnostics(
        lsp.PublishDiagnosticsParams(uri=uri, diagnostics=told, version=document.version)
    )


def _told(document: TextDocument, found: Diagnostic) -> lsp.Diagnostic:
    hint = f"hint: {found.hint}" if found.hint else ""
    return lsp.Diagnostic(
        range=_word(document, found.at),
        message="\n".join(part for part in (found.message, found.reason, hint) if part),
        severity=_SEVERITY.get(found.severity, lsp.DiagnosticSeverity.Error),
        code=found.code,
        source="kiter",
    )


def _actions(server: Server, params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
    """The edits that findings in the range carry, and one that makes all of the file's."""
    document = server.workspace.get_text_document(params.text_document.uri)
    found = [one for one in server.findings(document) if one.edit]
    first, last = params.range.start.line, params.range.end.line
    made = [_action(document, one) for one in found if first <= one.at.line - 1 <= last]
    return [*made, *([_all(server, document)] if found else [])]


def _action(document: TextDocument, found: Diagnostic) -> lsp.CodeAction:
    edit = found.edit
    assert edit is not None
    change = lsp.TextEdit(_range(document, edit.first, edit.last), edit.text)
    return lsp.CodeAction(
        title=found.hint or f"correct {found.code}",
        kind=lsp.CodeActionKind.QuickFix,
        diagnostics=[_told(document, found)],
        edit=lsp.WorkspaceEdit(changes={document.uri: [change]}),
    )


def _all(server: Server, document: TextDocument) -> lsp.CodeAction:
    text = corrected(document.source, document.path, server.targets).text
    whole = lsp.Range(lsp.Position(0, 0), lsp.Position(len(document.lines), 0))
    return lsp.CodeAction(
        title="correct all that can be corrected in one way",
        kind=lsp.CodeActionKind.SourceFixAll,
        edit=lsp.WorkspaceEdit(changes={document.uri: [lsp.TextEdit(whole, text)]}),
    )


def _complete(server: Server, params: lsp.CompletionParams) -> lsp.CompletionList:
    document = server.workspace.get_text_document(params.text_document.uri)
    server.read(document)
    line, column = _place(document, params.position)
    data = server.last.get(document.uri, {})
    found = choices(_lines(document), line, column, data, server.names())
    items = [
        lsp.CompletionItem(
            one.label, kind=_KIND[one.kind], detail=one.detail, documentation=one.about, insert_text=one.text
        )
        for one in found
    ]
    return lsp.CompletionList(is_incomplete=any(one.kind == "function" for one in found), items=items)


def _hover(server: Server, params: lsp.HoverParams) -> lsp.Hover | None:
    document = server.workspace.get_text_document(params.text_document.uri)
    line, column = _place(document, params.position)
    known = server.read(document)
    shown = hover(
        _lines(document),
        line,
        column,
        found=server.findings(document),
        document=known,
        target=server.targets[-1],
    )
    return lsp.Hover(lsp.MarkupContent(lsp.MarkupKind.Markdown, shown)) if shown else None


def _definition(server: Server, params: lsp.DefinitionParams) -> lsp.Location | None:
    if server.tree is None:
        return None
    document = server.workspace.get_text_document(params.text_document.uri)
    line, column = _place(document, params.position)
    there = define(_lines(document), line, column, server.read(document), server.tree)
    if there is None:
        return None
    at = lsp.Position(there.line - 1, there.column - 1)
    return lsp.Location(Path(there.file).resolve().as_uri(), lsp.Range(at, at))


def _outline(server: Server, params: lsp.DocumentSymbolParams) -> list[lsp.DocumentSymbol]:
    document = server.workspace.get_text_document(params.text_document.uri)
    known = server.read(document)
    return [_symbol(document, entry) for entry in outline(known)] if known else []


def _symbol(document: TextDocument, entry: Entry) -> lsp.DocumentSymbol:
    first = Position("", entry.key.line + 1, entry.key.column + 1)
    name_end = Position("", entry.key.end_line + 1, entry.key.end_column + 1)
    last = max(Position("", entry.end[0] + 1, entry.end[1] + 1), name_end)
    return lsp.DocumentSymbol(
        name=entry.name,
        detail=entry.detail,
        kind=lsp.SymbolKind.Object if entry.below else lsp.SymbolKind.Field,
        range=_range(document, first, last),
        selection_range=_range(document, first, min(name_end, last)),
        children=[_symbol(document, one) for one in entry.below],
    )


def _lines(document: TextDocument) -> list[str]:
    return document.source.replace("\r\n", "\n").split("\n")


def _place(document: TextDocument, position: lsp.Position) -> tuple[int, int]:
    """A place as an editor counts it, in lines and characters from 0."""
    there = document.position_from_client_units(position)
    return there.line, there.character


def _range(document: TextDocument, first: Position, last: Position) -> lsp.Range:
    ends = (_client(document, one) for one in (first, last))
    return lsp.Range(*ends)


def _client(document: TextDocument, at: Position) -> lsp.Position:
    line = max(at.line - 1, 0)
    return document.position_to_client_units(ServerTextPosition(line, max(at.column - 1, 0)))


def _word(document: TextDocument, at: Position) -> lsp.Range:
    """The word at a place, or its one character."""
    lines = _lines(document)
    text = lines[at.line - 1] if 0 < at.line <= len(lines) else ""
    word = re.match(r"[\w-]+|.?", text[max(at.column - 1, 0) :])
    end = at.column + (len(word[0]) if word else 0)
    return _range(document, at, Position(at.file, at.line, end))


_FEATURES: tuple[tuple[str, Any, Callable[..., Any]], ...] = (
    (lsp.TEXT_DOCUMENT_DID_OPEN, None, _opened),
    (lsp.TEXT_DOCUMENT_DID_CHANGE, None, _changed),
    (lsp.TEXT_DOCUMENT_DID_CLOSE, None, _closed),
    (
        lsp.TEXT_DOCUMENT_CODE_ACTION,
        lsp.CodeActionOptions([lsp.CodeActionKind.QuickFix, lsp.CodeActionKind.SourceFixAll]),
        _actions,
    ),
    (lsp.TEXT_DOCUMENT_COMPLETION, lsp.CompletionOptions(trigger_characters=[">", "."]), _complete),
    (lsp.TEXT_DOCUMENT_HOVER, None, _hover),
    (lsp.TEXT_DOCUMENT_DEFINITION, None, _definition),
    (lsp.TEXT_DOCUMENT_DOCUMENT_SYMBOL, None, _outline),
)
