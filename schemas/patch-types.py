#!/usr/bin/env python3
"""Writes patch-types.tsv: the types with an identity of which an official example shows a PATCH.

    patch-types.py EXAMPLES TYPES > patch-types.tsv

EXAMPLES is a file of JSON lines, one a request of an example (`x-ms-examples`) of azure-rest-api-specs, with the members
"type", "method" and "source" (the path of the example in that repository). TYPES is a table whose column "type" names
the types that have an identity block, spelt as published.
"""

import csv
import json
import sys


def main(examples, types):
    with open(types, encoding="utf-8", newline="") as file:
        named = {row["type"].lower(): row["type"] for row in csv.DictReader(file, delimiter="\t")}
    sources = {}
    with open(examples, encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            name = named.get(row["type"].lower())
            if name and row["method"] == "PATCH":
                sources.setdefault(name, []).append(row["source"])
    print("# Types with an identity of which an example in azure-rest-api-specs shows a PATCH, and the first such example.")
    print("# Written by patch-types.py. Of other types it is not known whether they take PATCH.")
    for name in sorted(sources, key=str.lower):
        print(f"{name}\t{min(sources[name])}")


if __name__ == "__main__":
    main(*sys.argv[1:])
