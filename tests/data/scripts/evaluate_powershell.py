"""What Invoke-AzRestMethod commands would be called with, as an independent grammar of PowerShell reads them.

Reads a JSON array of {"text", "environment"} and writes one of {parameter: value}. Nothing is run: texts are put
together from literals, escapes and variables of the environment; NAME_JSON is NAME as JSON has it within quotes.
"""

import json
import re
import sys

import tree_sitter_powershell
from tree_sitter import Language, Parser

PARSER = Parser(Language(tree_sitter_powershell.language()))


def found(node, kinds):
    if node.type in kinds:
        return [node]
    return [hit for child in node.children for hit in found(child, kinds)]


def value(name, environment):
    scope, _, variable = name.strip("${}").rpartition(":")
    if scope == "env":
        return environment[variable]
    assert not scope and variable.endswith("_JSON"), name
    return json.dumps(environment[variable.removesuffix("_JSON")])[1:-1]


def text_of(node, environment):
    raw = node.text.decode()
    if node.type == "verbatim_here_string_characters":
        return raw[3:-3]
    if node.type == "generic_token":
        return raw
    here = node.type == "expandable_here_string_literal"
    start, end = (3, 3) if here else (1, 1)
    assert here or node.type == "expandable_string_literal", node.type
    out, done, source = [], start, node.text
    for variable in found(node, ("variable",)):
        at = variable.start_byte - node.start_byte
        out.append(literal(source[done:at].decode()))
        out.append(value(variable.text.decode(), environment))
        done = at + len(variable.text)
    out.append(literal(source[done : len(source) - end].decode()))
    return "".join(out)


def literal(text):
    assert "$" not in re.sub("`.", "", text, flags=re.S), text
    return re.sub("`([`$])", r"\1", text)


def evaluate(case):
    tree = PARSER.parse(case["text"].encode())
    assert not tree.root_node.has_error, case["text"]
    calls = [
        command
        for command in found(tree.root_node, ("command",))
        if command.child_by_field_name("command_name").text == b"Invoke-AzRestMethod"
    ]
    assert len(calls) == 1, case["text"]
    kinds = ("command_parameter", "generic_token", "expandable_string_literal")
    kinds += ("expandable_here_string_literal", "verbatim_here_string_characters")
    parts = found(calls[0], kinds)
    names, values = parts[::2], parts[1::2]
    assert len(names) == len(values) and all(name.type == "command_parameter" for name in names), parts
    return {name.text.decode(): text_of(part, case["environment"]) for name, part in zip(names, values)}


json.dump([evaluate(case) for case in json.load(sys.stdin)], sys.stdout)
