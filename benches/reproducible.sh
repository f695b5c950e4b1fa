#!/usr/bin/env bash
# Builds the program twice, in two folders, and compares the bytes: reproducible.sh [CARGO ARGUMENT]…
# What differs between machines is where the sources, the registry and the home are: rustc is told to write other
# names for them. The toolchain and Cargo.lock are the same in both, as they have to be.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo_home=${CARGO_HOME:-$HOME/.cargo}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

build() {
  local folder=$1
  shift
  mkdir -p "$folder"
  git archive HEAD | tar -x -C "$folder"
  (
    cd "$folder"
    export CARGO_TARGET_DIR=$folder/target SOURCE_DATE_EPOCH=0
    RUSTFLAGS=$(build/release-flags)
    export RUSTFLAGS
    cargo build --release --locked --quiet "$@"
  )
}

first=$work/one second=$work/and/a/folder/with/a/longer/name
build "$first" "$@"
build "$second" "$@"
sha256sum "$first/target/release/armbody" "$second/target/release/armbody" | sed "s|$work/||"
for path in "$work" "$cargo_home" "$HOME/"; do
  if grep -qaF -- "$path" "$first/target/release/armbody"; then
    echo "the binary names $path" >&2
    exit 1
  fi
done
cmp "$first/target/release/armbody" "$second/target/release/armbody" && echo "the same bytes"
