"""What the scripts beside this file share: the package as Cargo.toml has it, the targets, files that come out alike."""

import argparse
import gzip
import io
import os
import re
import subprocess
import sys
import tarfile
from collections import namedtuple
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
Target = namedtuple("Target", "triple npm os cpu libc debian runner")


def fail(text):
    sys.exit(f"{Path(sys.argv[0]).name}: {text}")


def _field(name):
    package = (ROOT / "Cargo.toml").read_text(encoding="utf-8").split("\n\n")[0]
    return re.search(rf'^{name} = "(.*)"$', package, re.MULTILINE).group(1)


VERSION = _field("version")
DESCRIPTION = _field("description")
REPOSITORY = _field("repository")
LICENCE = _field("license")


def targets():
    lines = (ROOT / "packaging/targets.tsv").read_text(encoding="utf-8").splitlines()
    return [Target(*line.split("\t")) for line in lines if not line.startswith("#")]


def target(triple):
    for each in targets():
        if each.triple == triple:
            return each
    fail(f"no target `{triple}`; there are {', '.join(each.triple for each in targets())}")


def clock():
    """The time that every file gets: SOURCE_DATE_EPOCH, else the last commit's."""
    said = os.environ.get("SOURCE_DATE_EPOCH")
    if not said:
        git = ["git", "-C", str(ROOT), "log", "-1", "--format=%ct"]
        said = subprocess.run(git, capture_output=True, text=True, check=False).stdout.strip()
    # A zip begins with 1980.
    return max(int(said or 0), 315532800)


def arguments(description, binary=True):
    parser = argparse.ArgumentParser(description=description)
    if binary:
        parser.add_argument("--binary", type=Path, required=True, help="the program, built with build/release-flags")
        parser.add_argument("--target", required=True, help="what it was built for")
    parser.add_argument("--out", type=Path, default=ROOT / "target/packages", help="the folder (default: %(default)s)")
    return parser


def parsed(parser):
    args = parser.parse_args()
    if getattr(args, "binary", None) and not args.binary.is_file():
        fail(f"{args.binary} is not a file")
    args.out.mkdir(parents=True, exist_ok=True)
    return args


def printed(binary, *args):
    """What the program prints."""
    return subprocess.run([str(binary.resolve()), *args], capture_output=True, check=True).stdout


def manual(binary, folder):
    """The manual's pages as (name, text)."""
    printed(binary, "man", "-o", str(folder))
    return [(page.name, page.read_bytes()) for page in sorted(Path(folder).glob("*.1"))]


def completions(binary):
    """The completions as (shell, text)."""
    return [(shell, printed(binary, "completions", shell)) for shell in ("bash", "zsh", "fish", "powershell", "elvish")]


def packed(data):
    """gzip without a name or a time in it."""
    out = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=out, mtime=0, compresslevel=9) as file:
        file.write(data)
    return out.getvalue()


def tar(files):
    """A tar.gz of (name, mode, bytes): the same bytes whoever makes it."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, mode, data in files:
            info = tarfile.TarInfo(name)
            info.size, info.mode, info.mtime = len(data), mode, clock()
            archive.addfile(info, io.BytesIO(data))
    return packed(out.getvalue())


def written(path, data):
    path.write_bytes(data)
    print(path)
