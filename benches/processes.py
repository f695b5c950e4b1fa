#!/usr/bin/env python3
"""Whole processes, side by side: what a run of armbody costs, as a ratio to an empty Rust program and to the validator
that people use.

    cargo build --release && python3 benches/processes.py [--jsonschema-cli PATH] [--runs N]

Nothing but Python and rustc is needed; without `jsonschema-cli` its rows are left out. Runs of two commands take turns,
so that what disturbs the machine disturbs both; the smallest and the median time of each are printed, and their ratios.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BODY = {
    "location": "westus",
    "name": "myVM",
    "identity": {"type": "SystemAssigned"},
    "properties": {
        "hardwareProfile": {"vmSize": "Standard_D2_v2"},
        "storageProfile": {
            "imageReference": {
                "sku": "2016-Datacenter",
                "publisher": "MicrosoftWindowsServer",
                "version": "latest",
                "offer": "WindowsServer",
            },
            "osDisk": {
                "caching": "ReadWrite",
                "managedDisk": {"storageAccountType": "Standard_LRS"},
                "name": "osdisk",
                "createOption": "FromImage",
            },
            "dataDisks": [{"diskSizeGB": 1023, "createOption": "Empty", "lun": lun} for lun in (0, 1)],
        },
        "osProfile": {"adminUsername": "azureuser", "computerName": "myVM"},
        "networkProfile": {
            "networkInterfaces": [
                {
                    "id": "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/myResourceGroup"
                    "/providers/Microsoft.Network/networkInterfaces/myNic",
                    "properties": {"primary": True},
                }
            ]
        },
    },
}
QUIET = [
    (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
    (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
]


def once(command):
    """The seconds of one run."""
    start = time.perf_counter()
    os.waitpid(os.posix_spawn(command[0], command, os.environ, file_actions=QUIET), 0)
    return time.perf_counter() - start


def turns(commands, runs):
    """The times of each command, a run of each after the other."""
    times = [[] for _ in commands]
    for _ in range(runs):
        for index, command in enumerate(commands):
            times[index].append(once(command))
    return times


def peak(command):
    """The largest memory of a run in MiB. What a process was before it became the program counts as well: it has to be
    started by a small one."""
    timer = shutil.which("time")
    if not timer:
        return None
    run = subprocess.run([timer, "-f", "%M", *command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    return int(run.stderr.split()[-1]) / 1024


def memory(command):
    mebibytes = peak(command)
    return "" if mebibytes is None else f"{mebibytes:.1f} MiB"


def compare(what, ours, theirs, runs, target):
    mine, other = turns([ours, theirs], runs)
    least, median = min(mine) / min(other), statistics.median(mine) / statistics.median(other)
    print(
        f"{what:<46} {min(mine) * 1e3:9.2f} ms  peer {min(other) * 1e3:9.2f} ms  ratio {least:5.2f} "
        f"(medians {median:.2f}; target {target})  {memory(ours)}"
    )


def alone(what, command, runs, target):
    (times,) = turns([command], runs)
    print(f"{what:<46} {min(times) * 1e3:9.2f} ms  median {statistics.median(times) * 1e3:.2f} ms  (target {target})")


def growth(armbody, folder, what, extension, unit):
    """Time and memory over four decades of size."""
    for exponent in range(5, 9):
        size = 10**exponent
        path = folder / f"grow{extension}"
        path.write_text(unit(size))
        actual = path.stat().st_size
        command = [armbody, "lint", "--no-config", "--quiet", "--format", "concise", str(path)]
        (times,) = turns([command], 3 if exponent < 8 else 1)
        used = peak(command) or 0
        print(
            f"{what:<30} {actual / 1e6:9.2f} MB  {min(times) * 1e3:10.1f} ms  {actual / min(times) / 1e6:7.1f} MB/s  "
            f"{used:7.1f} MiB ({used * 1048576 / actual:.1f} x)"
        )
        path.unlink()


PROSE = """## Connect a widget

A *widget* talks to its hub over HTTPS. To list what is there, run:

```bash
widgets list --hub myHub --output table
for name in $(widgets list -o tsv); do echo "$name"; done
```

The answer looks like this:

```json
{ "widgets": [{ "name": "one", "state": "ready" }, { "name": "two", "state": "asleep" }] }
```

> [!NOTE]
> A hub that sleeps answers after some seconds. See [the reference](reference.md) for how long.

| state | meaning |
|---|---|
| ready | it listens |
| asleep | it wakes when it is asked |

"""


def tree(armbody, folder, section):
    """A documentation tree of which every page has calls: what all cores check in a second."""
    pages = folder / "pages"
    pages.mkdir()
    size = 0
    for index in range(200):
        text = section * 100
        size += len(text)
        (pages / f"page{index:03}.md").write_text(text)
    command = [armbody, "lint", "--no-config", "--quiet", "--format", "concise", str(pages)]
    (times,) = turns([command], 5)
    print(
        f"{'a tree of Markdown with calls':<46} {size / 1e6:9.2f} MB  {min(times) * 1e3:.1f} ms  "
        f"{size / min(times) / 1e6:.1f} MB/s  (target 150)  {memory(command)}"
    )


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    arguments.add_argument("--armbody", default=str(ROOT / "target/release/armbody"))
    arguments.add_argument("--jsonschema-cli", default=shutil.which("jsonschema-cli"))
    arguments.add_argument("--runs", type=int, default=200)
    arguments.add_argument("--files", type=int, default=10_000)
    arguments.add_argument("--growth", action="store_true", help="time and memory of files up to 100 MB, too")
    given = arguments.parse_args()
    armbody = given.armbody
    if not Path(armbody).exists():
        sys.exit(f"{armbody} is not there: cargo build --release")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "empty.rs").write_text("fn main() {}\n")
        empty = str(folder / "empty")
        flags = ["-O", "-C", "target-feature=+crt-static", "-C", "strip=symbols"]
        subprocess.run(["rustc", *flags, "-o", empty, str(folder / "empty.rs")], check=True)
        body = folder / "body.json"
        body.write_text(json.dumps(BODY))
        show = [armbody, "schema", "show", "--type", "vm", "--method", "PUT", "--api-version", "2024-07-01"]
        schema = folder / "schema.json"
        schema.write_text(subprocess.run(show, check=True, capture_output=True, text=True).stdout)
        bodies = folder / "bodies"
        for index in range(given.files):
            sub = bodies / f"{index // 500:03}"
            sub.mkdir(parents=True, exist_ok=True)
            BODY["name"] = f"vm{index}"
            (sub / f"vm{index}.json").write_text(json.dumps(BODY))

        print(f"{'binary':<46} {Path(armbody).stat().st_size / 1e6:9.2f} MB  (target 8)")
        lint = [armbody, "lint", "--no-config", "--type", "vm", "--method", "PUT", "--api-version", "2024-07-01"]
        compare("cold start: lint body.json, empty program", [*lint, str(body)], [empty], given.runs, "3.0; 8 MiB")
        compare("  lint body.json as typed, empty program", [armbody, "lint", str(body)], [empty], given.runs, "3.0")
        peer = given.jsonschema_cli
        if peer:
            validate = [peer, "validate", str(schema)]
            compare("  the same, jsonschema-cli", [*lint, str(body)], [*validate, "-i", str(body)], given.runs, 0.7)
            instances = [part for path in sorted(bodies.rglob("*.json")) for part in ("-i", str(path))]
            folders = [*lint, str(bodies)]
            compare(f"{given.files} bodies in files, jsonschema-cli", folders, [*validate, *instances], 5, 0.8)
        render = [armbody, "render", "--all", "--api-version", "2024-07-01"]
        alone("render --all for one version, as JSON", render, given.runs, "5 ms")
        alone("render --all for one version, as curl", [*render, "--as", "curl"], given.runs, "5 ms")
        text = json.dumps(BODY)
        url = "https://management.azure.com/subscriptions/<SUBSCRIPTION ID>/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/v?api-version=2018-06-01"
        call = f"```bash\ncurl '{url}' -X PUT -d '{text}' -H 'Content-Type: application/json' -H 'Authorization: Bearer <ACCESS TOKEN>'\n```\n\n"
        small = call.replace("PUT", "PATCH").replace(text, '{"identity":{"type":"SystemAssigned"}}')
        tree(armbody, folder, PROSE + small)
        if given.growth:
            growth(armbody, folder, "one body", ".json", lambda size: array_body(size))
            section = "Text of an article, and no call in it.\n\n```bash\necho hello\n```\n\n"
            growth(armbody, folder, "Markdown without calls", ".md", lambda size: section * (size // len(section)))
            wrong = call.replace("vmSize", "vmSizes")
            for what, call in [("with small calls", small), ("with calls", call), ("with wrong calls", wrong)]:
                whole = section + call
                growth(armbody, folder, f"Markdown {what}", ".md", lambda size: whole * (size // len(whole)))


def array_body(size):
    """One body with as many data disks as it takes."""
    body = json.loads(json.dumps(BODY))
    disk = {"diskSizeGB": 1023, "createOption": "Empty", "lun": 1}
    body["properties"]["storageProfile"]["dataDisks"] = [disk] * (size // (len(json.dumps(disk)) + 2))
    return json.dumps(body)


if __name__ == "__main__":
    main()
