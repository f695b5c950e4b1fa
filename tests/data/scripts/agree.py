#!/usr/bin/env python3
"""Put bodies to two validators that know nothing of this project, and compare what they say with what it says.

    agree.py FOLDER

FOLDER holds schemas/N.json, bodies/N.json and cases.json, an array of {"body", "schema", "refused", "name"}; the test
schema_agree writes it. Needs check-jsonschema (from PyPI, importable by this Python) and ajv (from npm, found by
node: NODE_PATH). Prints one line a validator and one a disagreement. Exit status: 0 all agree, 1 some do not,
3 a validator is not there.
"""

import importlib.util
import json
import os
import pathlib
import subprocess
import sys
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor

AJV = """
const fs = require("fs"), path = require("path");
const Ajv = require("ajv/dist/2020");
const folder = process.argv[1];
const cases = JSON.parse(fs.readFileSync(path.join(folder, "cases.json")));
const read = (kind, n) => JSON.parse(fs.readFileSync(path.join(folder, kind, n + ".json")));
const compiled = new Map();
const refused = cases.map(({schema, body}) => {
  if (!compiled.has(schema)) compiled.set(schema, new Ajv({strict: false}).compile(read("schemas", schema)));
  return !compiled.get(schema)(read("bodies", body));
});
console.log(JSON.stringify(refused));
"""


def check_jsonschema(folder, cases):
    """For each case, whether check-jsonschema refuses the body."""
    by_schema = defaultdict(list)
    for index, case in enumerate(cases):
        by_schema[case["schema"]].append(index)
    refused = [False] * len(cases)

    def judge(schema, indices):
        files = {str(folder / "bodies" / f"{cases[i]['body']}.json"): i for i in indices}
        command = [sys.executable, "-m", "check_jsonschema", "-o", "json"]
        command += ["--schemafile", str(folder / "schemas" / f"{schema}.json"), *files]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode not in (0, 1):
            raise RuntimeError(f"check-jsonschema: {done.stdout}{done.stderr}")
        report = json.loads(done.stdout)
        if report.get("parse_errors"):
            raise RuntimeError(f"check-jsonschema: {report['parse_errors']}")
        for error in report.get("errors", []):
            refused[files[error["filename"]]] = True

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(judge, by_schema.keys(), by_schema.values()))
    return refused


def ajv(folder, _cases):
    """For each case, whether ajv refuses the body."""
    done = subprocess.run(["node", "-e", AJV, str(folder)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"ajv: {done.stderr}")
    return json.loads(done.stdout)


def missing():
    """Which of the validators is not there."""
    if importlib.util.find_spec("check_jsonschema") is None:
        yield "check-jsonschema"
    try:
        found = subprocess.run(["node", "-e", 'require("ajv/dist/2020")'], capture_output=True, check=False)
        if found.returncode != 0:
            yield "ajv"
    except FileNotFoundError:
        yield "node"


def main():
    absent = list(missing())
    if absent:
        print(f"not there: {', '.join(absent)}")
        return 3
    folder = pathlib.Path(sys.argv[1])
    cases = json.loads((folder / "cases.json").read_text())
    status = 0
    for name, judge in (("check-jsonschema", check_jsonschema), ("ajv", ajv)):
        refused = judge(folder, cases)
        wrong = [case for case, theirs in zip(cases, refused, strict=True) if case["refused"] != theirs]
        print(f"{name}: {len(cases)} bodies, {sum(refused)} refused, {len(wrong)} judged otherwise than by armbody")
        for case in wrong:
            print(f"  {case['name']}: armbody {'refuses' if case['refused'] else 'accepts'} bodies/{case['body']}.json")
        status |= bool(wrong)
    return status


if __name__ == "__main__":
    sys.exit(main())
