"""A real client talks to `armbody lsp`. The environment variable ARMBODY names the program.

    ARMBODY=target/debug/armbody python -m pytest tests/lsp
"""

import asyncio
import json
import os
import pathlib
import subprocess

import pytest
import pytest_lsp
from lsprotocol import types
from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities

ARMBODY = os.environ["ARMBODY"]
SPLIT = '{"identity":{"type":"SystemAssigned","UserAssigned"}}'
URL = (
    "https://management.azure.com/subscriptions/<SUBSCRIPTION ID>/resourceGroups/g"
    "/providers/Microsoft.Compute/virtualMachines/v?api-version=2018-06-01"
)


@pytest_lsp.fixture(
    config=ClientServerConfig(server_command=[ARMBODY, "lsp"]),
    params=["visual-studio-code", "neovim", "emacs"],
)
async def client(lsp_client: LanguageClient, request):
    @lsp_client.feature(types.CLIENT_REGISTER_CAPABILITY)
    def register(params: types.RegistrationParams):
        lsp_client.registered = [it.method for it in params.registrations]

    capabilities = client_capabilities(request.param)
    await lsp_client.initialize_session(types.InitializeParams(capabilities=capabilities))
    yield
    await lsp_client.shutdown_session()


def uri_of(path: pathlib.Path) -> str:
    return path.as_uri()


async def opened(client: LanguageClient, path: pathlib.Path, text: str, language: str = "") -> str:
    """Opens a file and waits for what is found in it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="")
    uri = uri_of(path)
    item = types.TextDocumentItem(uri=uri, language_id=language, version=1, text=text)
    client.text_document_did_open(types.DidOpenTextDocumentParams(text_document=item))
    await told(client, uri)
    return uri


async def told(client: LanguageClient, uri: str) -> list:
    """The rules of the next diagnostics of a file."""
    while True:
        await client.wait_for_notification(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        if uri in client.diagnostics:
            return [it.code for it in client.diagnostics[uri]]


def units(client: LanguageClient, text: str) -> int:
    """The length of a text in what the server and the client have agreed to count."""
    offered = client.capabilities.general and client.capabilities.general.position_encodings
    is_utf8 = offered and types.PositionEncodingKind.Utf8 in offered
    return len(text.encode("utf-8")) if is_utf8 else len(text.encode("utf-16-le")) // 2


def offset(client: LanguageClient, text: str, position: types.Position) -> int:
    """The index in a Python string of a position: counted on the client's side."""
    lines = text.splitlines(keepends=True) + [""]
    start = sum(len(line) for line in lines[: position.line])
    for index in range(len(lines[position.line]) + 1):
        if units(client, lines[position.line][:index]) == position.character:
            return start + index
    raise AssertionError(f"{position} is no place in {lines[position.line]!r}")


def position(client: LanguageClient, text: str, mark: str, behind: bool = True) -> types.Position:
    """The place of a mark in a text."""
    index = text.index(mark) + (len(mark) if behind else 0)
    before = text[:index]
    line = before.count("\n")
    return types.Position(line=line, character=units(client, before[before.rfind("\n") + 1 :]))


def applied(client: LanguageClient, text: str, edits: list) -> str:
    spans = [(offset(client, text, it.range.start), offset(client, text, it.range.end), it.new_text) for it in edits]
    for start, end, new in sorted(spans, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def edits_of(action: types.CodeAction, uri: str) -> list:
    if action.edit.document_changes:
        return [edit for change in action.edit.document_changes for edit in change.edits]
    return action.edit.changes[uri]


async def actions(client: LanguageClient, uri: str, at: types.Position, only: list | None = None) -> list:
    return await client.text_document_code_action_async(
        types.CodeActionParams(
            text_document=types.TextDocumentIdentifier(uri=uri),
            range=types.Range(start=at, end=at),
            context=types.CodeActionContext(diagnostics=list(client.diagnostics[uri]), only=only),
        )
    )


async def hovered(client: LanguageClient, uri: str, at: types.Position) -> str:
    found = await client.text_document_hover_async(
        types.HoverParams(text_document=types.TextDocumentIdentifier(uri=uri), position=at)
    )
    return found.contents.value if found else ""


async def offered(client: LanguageClient, uri: str, at: types.Position) -> list:
    found = await client.text_document_completion_async(
        types.CompletionParams(text_document=types.TextDocumentIdentifier(uri=uri), position=at)
    )
    return [item.label for item in found]


def change(client: LanguageClient, uri: str, version: int, changes: list) -> None:
    client.text_document_did_change(
        types.DidChangeTextDocumentParams(
            text_document=types.VersionedTextDocumentIdentifier(uri=uri, version=version), content_changes=changes
        )
    )


KINDS = {
    "guide.md": f"# Ü 😀\n\n```bash\ncurl -X PATCH '{URL}' -d '{SPLIT}'\n```\n",
    "body.json": SPLIT,
    "call.sh": f"curl -X PATCH '{URL}' -d '{SPLIT}'\n",
    "call.ps1": f"Invoke-AzRestMethod -Method PATCH -Uri '{URL}' -Payload '{SPLIT}'\n",
    "call.http": f"PATCH {URL}\nContent-Type: application/json\n\n{SPLIT}\n",
    "template.json": '{"$schema":"https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",'
    '"contentVersion":"1.0.0.0","resources":[{"type":"Microsoft.Compute/virtualMachines","apiVersion":"2024-07-01",'
    '"name":"v","location":"[resourceGroup().location]","properties":{},' + SPLIT[1:] + "]}\n",
    "pipeline.yml": f"steps:\n  - script: |\n      curl -X PATCH '{URL}' -d '{SPLIT}'\n",
}


@pytest.mark.asyncio
@pytest.mark.parametrize("name", KINDS)
async def test_every_kind_of_file_is_checked(client: LanguageClient, tmp_path, name):
    uri = await opened(client, tmp_path / name, KINDS[name])
    found = {it.code: it for it in client.diagnostics[uri]}
    split = found["identity-type-split"]
    start, end = (offset(client, KINDS[name], at) for at in (split.range.start, split.range.end))
    assert KINDS[name][start:end] == '"SystemAssigned","UserAssigned"'
    assert split.severity == types.DiagnosticSeverity.Error
    assert split.source == "armbody"


@pytest.mark.asyncio
async def test_an_edit_among_other_scripts_keeps_the_places(client: LanguageClient, tmp_path):
    text = f"# Ä 😀😀 наклон 漢字\r\n\r\n{'é' * 2000}\r\n\r\n```bash\r\n# 😀\r\ncurl -X PATCH '{URL}' -d '{SPLIT}'\r\n```\r\n"
    uri = await opened(client, tmp_path / "a.md", text)
    for number, (mark, new) in enumerate([("😀😀", "💾é"), ("漢", "𝔘𝔫"), ("é" * 1999, "ß\r\n😀"), ("# 😀", "# ü 😀")]):
        start, end = position(client, text, mark, behind=False), position(client, text, mark)
        text = text.replace(mark, new, 1)
        partial = types.TextDocumentContentChangePartial(range=types.Range(start=start, end=end), text=new)
        change(client, uri, number + 2, [partial])
        await told(client, uri)
        [split] = [it for it in client.diagnostics[uri] if it.code == "identity-type-split"]
        start, end = (offset(client, text, at) for at in (split.range.start, split.range.end))
        assert text[start:end] == '"SystemAssigned","UserAssigned"'
    start = position(client, text, '"SystemAssigned"')
    end = position(client, text, '"SystemAssigned",')
    text = text.replace('"SystemAssigned",', '"SystemAssigned"', 1)
    partial = types.TextDocumentContentChangePartial(range=types.Range(start=start, end=end), text="")
    split_again = types.TextDocumentContentChangeWholeDocument(text=text.replace(',"UserAssigned"', ""))
    change(client, uri, 9, [partial, types.TextDocumentContentChangeWholeDocument(text=text), split_again])
    assert "identity-type-split" in await told(client, uri)
    change(client, uri, 10, [types.TextDocumentContentChangeWholeDocument(text="")])
    assert await told(client, uri) == []


@pytest.mark.asyncio
@pytest.mark.parametrize("name", KINDS)
async def test_fix_all_does_what_the_command_does(client: LanguageClient, tmp_path, name):
    text = KINDS[name].replace('"identity"', "'identity'" if name == "body.json" else '"identity"')
    uri = await opened(client, tmp_path / name, text)
    [action] = await actions(client, uri, types.Position(0, 0), only=[types.CodeActionKind.SourceFixAll])
    assert action.kind == "source.fixAll.armbody"
    fixed = applied(client, text, edits_of(action, uri))
    subprocess.run([ARMBODY, "lint", "--quiet", "--exit-zero", "--fix", str(tmp_path / name)], check=True)
    assert fixed == (tmp_path / name).read_bytes().decode()
    assert fixed != text


@pytest.mark.asyncio
async def test_a_finding_has_its_fix(client: LanguageClient, tmp_path):
    text = '{"x-ü":"😀","identity":{"type":"SystemAssigned","UserAssigned"}}'
    uri = await opened(client, tmp_path / "a.json", text)
    found = await actions(client, uri, position(client, text, '"SystemA'), only=[types.CodeActionKind.QuickFix])
    assert [it.kind for it in found] == ["quickfix"]
    assert found[0].is_preferred
    assert found[0].diagnostics[0].code == "identity-type-split"
    fixed = applied(client, text, edits_of(found[0], uri))
    assert fixed == '{"x-ü":"😀","identity":{"type":"SystemAssigned, UserAssigned"}}'
    ids = '{"identity":{"type":"None","userAssignedIdentities":{"/subscriptions/<S>/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/a":{}}}}'
    uri = await opened(client, tmp_path / "b.json", ids)
    found = await actions(client, uri, position(client, ids, '"userAssi'), only=[types.CodeActionKind.QuickFix])
    assert found and all("unsafe" in it.title and not it.is_preferred for it in found)
    assert not await actions(client, uri, types.Position(0, 0), only=[types.CodeActionKind.SourceFixAll])


@pytest.mark.asyncio
async def test_hover(client: LanguageClient, tmp_path):
    text = f"# 😀 ü\n\n<!-- armbody: render remove-all --as curl -->\n<!-- armbody: end -->\n\n<!-- armbody-ignore extra-comma: it shows one -->\n```bash\ncurl -X PATCH '{URL}' -d '{{\"identity\":{{\"type\":\"SystemAssigned\",\"userAssignedIdentities\":{{}}}}}}'\n```\n"
    uri = await opened(client, tmp_path / "a.md", text)
    says = await hovered(client, uri, position(client, text, "userAss"))
    assert "since 2018-06-01" in says and "object" in says
    assert "takes every user-assigned identity" in await hovered(client, uri, position(client, text, '"SystemA'))
    assert "stable" in await hovered(client, uri, position(client, text, "2018-0"))
    assert "**remove-all** (PATCH)" in await hovered(client, uri, position(client, text, "remove-a"))
    assert "# extra-comma" in await hovered(client, uri, position(client, text, "extra-c"))
    assert await hovered(client, uri, types.Position(0, 0)) == ""
    assert await hovered(client, uri, types.Position(1000, 1000)) == ""


@pytest.mark.asyncio
async def test_completion(client: LanguageClient, tmp_path):
    call = f"# 😀 ü\ncurl -X PATCH '{URL}' -d '{{\"identity\":{{\"type\":\"\",\"us}}}}'\n"
    uri = await opened(client, tmp_path / "a.sh", call)
    assert "userAssignedIdentities" in await offered(client, uri, position(client, call, '"us'))
    types_of = await offered(client, uri, position(client, call, '"type":"'))
    assert types_of == ["SystemAssigned", "UserAssigned", "SystemAssigned, UserAssigned", "None"]
    assert "2024-07-01" in await offered(client, uri, position(client, call, "api-version=2018"))
    marks = "<!-- armbody: render  -->\n<!-- armbody-ignore  -->\n"
    uri = await opened(client, tmp_path / "a.md", marks)
    found = await offered(client, uri, position(client, marks, "render "))
    assert {"remove-all", "create-both", "--as", "--placeholders"} <= set(found)
    assert "--output" not in found
    assert "identity-type-split" in await offered(client, uri, position(client, marks, "ignore "))


TEMPLATE = """{
  "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
  "contentVersion": "1.0.0.0",
  "parameters": {
    "host": { "type": "string", "metadata": { "description": "😀 The host." } },
    "zone": { "type": "int" }
  },
  "variables": { "nic": "[concat('ü😀\\"', parameters('host'), '-nic')]" },
  "resources": [
    {
      "type": "Microsoft.Network/networkInterfaces",
      "apiVersion": "2023-09-01",
      "name": "[variables('nic')]",
      "location": "westus",
      "properties": {}
    }
  ]
}
"""
VALUES = """{
  "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#",
  "contentVersion": "1.0.0.0",
  "parameters": { "host": { "value": "web" } }
}
"""


def at(uri: str, where: types.Position) -> dict:
    return {"text_document": types.TextDocumentIdentifier(uri=uri), "position": where}


@pytest.mark.asyncio
async def test_names_of_a_template(client: LanguageClient, tmp_path):
    (tmp_path / "main.parameters.json").write_text(VALUES)
    uri = await opened(client, tmp_path / "main.json", TEMPLATE)
    where = position(client, TEMPLATE, "parameters('ho")
    found = await client.text_document_definition_async(types.DefinitionParams(**at(uri, where)))
    [place] = found if isinstance(found, list) else [found]
    start, end = (offset(client, TEMPLATE, it) for it in (place.range.start, place.range.end))
    assert (TEMPLATE[start:end], place.range.start.line) == ("host", 4)
    context = types.ReferenceContext(include_declaration=True)
    found = await client.text_document_references_async(types.ReferenceParams(context=context, **at(uri, where)))
    assert sorted(pathlib.Path(it.uri).name for it in found) == ["main.json", "main.json", "main.parameters.json"]
    says = await hovered(client, uri, where)
    assert "The host." in says and "web-nic" in says
    found = await client.text_document_document_highlight_async(types.DocumentHighlightParams(**at(uri, where)))
    assert len(found) == 2
    outline = types.DocumentSymbolParams(text_document=types.TextDocumentIdentifier(uri=uri))
    found = await client.text_document_document_symbol_async(outline)
    assert "parameters" in [it.name for it in found]
    lens = types.CodeLensParams(text_document=types.TextDocumentIdentifier(uri=uri))
    found = await client.text_document_code_lens_async(lens)
    titles = [it.command.title for it in found]
    assert titles == ['main.parameters.json: "web"', "main.parameters.json: no value"]


@pytest.mark.asyncio
async def test_a_parameter_gets_another_name(client: LanguageClient, tmp_path):
    (tmp_path / "main.parameters.json").write_text(VALUES)
    uri = await opened(client, tmp_path / "main.json", TEMPLATE)
    where = position(client, TEMPLATE, "parameters('ho")
    found = await client.text_document_rename_async(types.RenameParams(new_name="machine", **at(uri, where)))
    if found.document_changes:
        edits = {it.text_document.uri: it.edits for it in found.document_changes}
    else:
        edits = found.changes
    texts = {"main.json": TEMPLATE, "main.parameters.json": VALUES}
    for of, changes in edits.items():
        name = pathlib.Path(of).name
        fixed = applied(client, texts[name], changes)
        assert fixed == texts[name].replace('"host"', '"machine"').replace("'host'", "'machine'")
    assert len(edits) == 2
    with pytest.raises(Exception, match="already"):
        await client.text_document_rename_async(types.RenameParams(new_name="zone", **at(uri, where)))


@pytest.mark.asyncio
async def test_an_expression_is_completed(client: LanguageClient, tmp_path):
    text = TEMPLATE.replace("parameters('host')", "parameters('").replace("networkInterfaces", "")
    uri = await opened(client, tmp_path / "main.json", text)
    assert await offered(client, uri, position(client, text, "parameters('")) == ["host", "zone"]
    assert "Microsoft.Network/virtualNetworks" in await offered(client, uri, position(client, text, '"Microsoft.Network/'))
    params = types.SignatureHelpParams(**at(uri, position(client, text, "parameters('", behind=False)))
    found = await client.text_document_signature_help_async(params)
    assert found.signatures[0].label.startswith("concat(") and found.active_parameter == 0


@pytest.mark.asyncio
async def test_parameters_files_are_written(client: LanguageClient, tmp_path):
    (tmp_path / "main.json").write_text(TEMPLATE)
    uri = await opened(client, tmp_path / "main.parameters.json", VALUES)
    found = await actions(client, uri, types.Position(0, 0), only=[types.CodeActionKind.QuickFix])
    [add] = [it for it in found if it.title == "add 1 missing parameter"]
    fixed = json.loads(applied(client, VALUES, edits_of(add, uri)))
    assert fixed["parameters"] == {"host": {"value": "web"}, "zone": {"value": 0}}
    uri = await opened(client, tmp_path / "other.json", TEMPLATE)
    found = await actions(client, uri, types.Position(0, 0), only=[types.CodeActionKind.Refactor])
    writes = client.capabilities.workspace.workspace_edit
    creates = types.ResourceOperationKind.Create in (writes.resource_operations or [])
    assert len(found) == (1 if creates and writes.document_changes else 0)
    if found:
        create, edit = found[0].edit.document_changes
        assert (create.kind, pathlib.Path(create.uri).name) == ("create", "other.parameters.json")
        made = json.loads(edit.edits[0].new_text)
        assert made["parameters"] == {"host": {"value": ""}, "zone": {"value": 0}}


@pytest.mark.asyncio
async def test_the_configuration_holds(client: LanguageClient, tmp_path):
    settings = tmp_path / "armbody.toml"
    settings.write_text('[lint]\nignore = ["identity-type-split"]\n')
    uri = await opened(client, tmp_path / "a.json", SPLIT)
    assert list(client.diagnostics[uri]) == []
    settings.write_text("[lint]\nignor = []\n")
    saved = types.DidSaveTextDocumentParams(text_document=types.TextDocumentIdentifier(uri=uri_of(settings)))
    client.text_document_did_save(saved)
    await told(client, uri)
    while uri_of(settings) not in client.diagnostics:
        await client.wait_for_notification(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
    [wrong] = client.diagnostics[uri_of(settings)]
    assert "ignore" in wrong.message and wrong.range.start.line == 1
    assert any("armbody.toml:2" in it.message for it in client.messages)
    settings.write_text("")
    client.text_document_did_save(saved)
    while list(client.diagnostics[uri_of(settings)]) or not client.diagnostics[uri]:
        await client.wait_for_notification(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "bad",
    [
        b"Content-Length: 9\r\n\r\n{not json",
        b"Content-Length: 3\r\n\r\n[1]",
        b'Content-Length: 17\r\n\r\n{"jsonrpc":"2.0"}',
        b"Content-Length: 4\r\n\r\n\xff\xfe\x00\x01",
        b"Content-Length: 2\r\n\r\n{} and more that nobody announced\r\n",
        b"no header at all\r\n\r\n",
    ],
)
async def test_it_lives_on_after_a_bad_message(client: LanguageClient, tmp_path, bad):
    # The client itself gives up at an answer to a question that it did not ask; here it did.
    client.report_server_error = lambda *_: None
    client._server.stdin.write(bad)
    uri = await opened(client, tmp_path / "a.json", SPLIT)
    assert [it.code for it in client.diagnostics[uri]] == ["identity-type-split"]


@pytest.mark.asyncio
async def test_an_unknown_request_is_refused(client: LanguageClient, tmp_path):
    with pytest.raises(Exception, match="not known here"):
        await client.protocol.send_request_async("armbody/unknown", {})
    uri = await opened(client, tmp_path / "a.json", SPLIT)
    assert list(client.diagnostics[uri])


@pytest.mark.asyncio
async def test_it_ends_as_it_is_told(tmp_path):
    for words, status in [([], 1), (["shutdown"], 0)]:
        frames = b""
        for method in ["initialize", *words, "exit"]:
            body = '{"jsonrpc":"2.0",%s"method":"%s","params":{}}' % ('' if method == "exit" else '"id":1,', method)
            frames += f"Content-Length: {len(body)}\r\n\r\n{body}".encode()
        server = await asyncio.create_subprocess_exec(
            ARMBODY, "lsp", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
        )
        await server.communicate(frames)
        assert server.returncode == status
