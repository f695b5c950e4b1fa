"""What declarations in Bicep and Terraform come to, read by grammars that are not ours.

Standard input is a list of {"form", "text", "environment"}; the answer is a list of
{"kind", "symbol", "existing", "arguments", "blocks", "notes"}. A parameter has the value of the variable whose name
it has.
"""

import json
import re
import sys

import hcl2
import tree_sitter
import tree_sitter_bicep

PARSER = tree_sitter.Parser(tree_sitter.Language(tree_sitter_bicep.language()))
ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}


def parameter(name, environment):
    variable = re.sub("([A-Z])", r"_\1", name).upper()
    return environment[variable if variable in environment else variable.removesuffix("_NAME")]


# -- Bicep ------------------------------------------------------------------------------------------------------------


def of_bicep(text, environment):
    tree = PARSER.parse(text.encode())
    assert not tree.root_node.has_error, text
    declared = {
        node.named_children[0].text.decode()
        for node in tree.root_node.named_children
        if node.type == "parameter_declaration"
    }
    own = {
        name: value
        for name, value in environment.items()
        if any(parameter_name(it) in (name, f"{name}_NAME") for it in declared)
    }
    resources = [node for node in tree.root_node.named_children if node.type == "resource_declaration"]
    assert len(resources) == 1, text
    symbol, kind, body = [node for node in resources[0].named_children if node.type != "existing"][:3]
    notes = [node.text.decode() for node in tree.root_node.children if node.type == "comment"]
    return {
        "kind": bicep(kind, own),
        "symbol": symbol.text.decode(),
        "existing": b" existing = " in resources[0].text.split(b"{")[0],
        "arguments": bicep(body, own),
        "blocks": {},
        "notes": notes,
    }


def parameter_name(name):
    return re.sub("([A-Z])", r"_\1", name).upper()


def bicep(node, environment):
    kind = node.type
    if kind == "object":
        return {
            bicep_name(member.named_children[0], environment): bicep(member.named_children[1], environment)
            for member in node.named_children
        }
    if kind == "array":
        return [bicep(element, environment) for element in node.named_children]
    if kind in ("number", "boolean", "null"):
        return json.loads(node.text)
    if kind == "string":
        return bicep_string(node, environment)
    if kind == "identifier":
        return parameter(node.text.decode(), environment)
    if kind == "call_expression":
        name, arguments = node.named_children
        assert name.text == b"json", node.text
        return json.loads(bicep(arguments.named_children[0], environment))
    if kind == "unary_expression":
        return json.loads(node.text)
    raise AssertionError((kind, node.text))


def bicep_name(node, environment):
    return node.text.decode() if node.type == "identifier" else bicep_string(node, environment)


def bicep_string(node, environment):
    out, done, source = [], 1, node.text
    for child in node.named_children:
        if child.type != "interpolation":
            continue
        # The grammar counts blanks before it as part of it.
        at = child.start_byte - node.start_byte + child.text.index(b"${")
        out.append(bicep_literal(source[done:at].decode()))
        out.append(bicep(child.named_children[0], environment))
        done = child.end_byte - node.start_byte
    out.append(bicep_literal(source[done : len(source) - 1].decode()))
    return "".join(out)


def bicep_literal(text):
    def escaped(match):
        code = match.group(2)
        return chr(int(code, 16)) if code else ESCAPES.get(match.group(1), match.group(1))

    plain = re.sub(r"\\(u\{([0-9a-f]+)\}|.)", ".", text, flags=re.S)
    assert "'" not in plain and "${" not in plain and "\n" not in plain, text
    return re.sub(r"\\(u\{([0-9a-f]+)\}|.)", escaped, text, flags=re.S)


# -- Terraform --------------------------------------------------------------------------------------------------------


def of_terraform(text, environment):
    read = hcl2.loads(text)
    declared = {name.strip('"') for block in read.get("variable", []) for name in block}
    own = {name: value for name, value in environment.items() if name.lower() in declared}
    found = [
        (word, kind.strip('"'), symbol.strip('"'), body)
        for word in ("resource", "data")
        for block in read.get(word, [])
        for kind, symbols in block.items()
        for symbol, body in symbols.items()
    ]
    assert len(found) == 1, text
    word, kind, symbol, body = found[0]
    body = {name: value for name, value in body.items() if name != "__is_block__"}
    blocks = {name: body.pop(name) for name in ("identity",) if name in body}
    return {
        "kind": kind,
        "symbol": symbol,
        "existing": word == "data",
        "arguments": terraform(body, own),
        "blocks": {name: terraform(value[0], own) for name, value in blocks.items()},
        "notes": [line for line in text.splitlines() if line.startswith("#")],
    }


def terraform(value, environment):
    if isinstance(value, dict):
        return {
            terraform_string(name, environment) if name.startswith('"') else name: terraform(one, environment)
            for name, one in value.items()
            if name != "__is_block__"
        }
    if isinstance(value, list):
        return [terraform(one, environment) for one in value]
    if isinstance(value, str):
        # An expression of its own stands without quotes.
        variable = re.fullmatch(r"\$\{var\.(\w+)\}", value)
        if variable:
            return environment[variable.group(1).upper()]
        return terraform_string(value, environment)
    return value


def terraform_string(text, environment):
    assert text.startswith('"') and text.endswith('"'), text
    out, at, text = [], 0, text[1:-1]
    while at < len(text):
        escaped = re.compile(r"\\(?:u([0-9a-f]{4})|(.))", re.S).match(text, at)
        if escaped:
            code = escaped.group(1)
            out.append(chr(int(code, 16)) if code else ESCAPES.get(escaped.group(2), escaped.group(2)))
            at = escaped.end()
        elif text.startswith(("$${", "%%{"), at):
            out.append(text[at] + "{")
            at += 3
        elif text.startswith("${", at):
            variable = re.compile(r"\$\{var\.(\w+)\}").match(text, at)
            assert variable, text
            out.append(environment[variable.group(1).upper()])
            at = variable.end()
        else:
            assert not text.startswith("%{", at) and text[at] not in '"\n', text
            out.append(text[at])
            at += 1
    return "".join(out)


EVALUATE = {"bicep": of_bicep, "terraform": of_terraform}
json.dump(
    [EVALUATE[case["form"]](case["text"], case["environment"]) for case in json.load(sys.stdin)], sys.stdout
)
