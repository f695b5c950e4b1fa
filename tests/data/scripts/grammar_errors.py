"""Reads a JSON array of {"language", "text"} and prints, for each, the first piece that its grammar cannot read, or null."""

import json
import sys

import tree_sitter_bicep
import tree_sitter_powershell
from tree_sitter import Language, Parser

LANGUAGES = {
    "bicep": Language(tree_sitter_bicep.language()),
    "powershell": Language(tree_sitter_powershell.language()),
}


def broken(node):
    if node.is_missing or node.type == "ERROR":
        return node.parent.text.decode()[:300] if node.parent else node.text.decode()[:300]
    if not node.has_error:
        return None
    return next((found for found in map(broken, node.children) if found), node.text.decode()[:300])


answers = []
for case in json.load(sys.stdin):
    # The grammar takes no typographic quote for a quote: to PowerShell each is one.
    tree = Parser(LANGUAGES[case["language"]]).parse(case["text"].encode())
    answers.append(broken(tree.root_node))
json.dump(answers, sys.stdout)
