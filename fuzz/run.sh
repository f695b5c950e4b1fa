#!/usr/bin/env bash
# Runs fuzz targets one after the other: run.sh SECONDS [TARGET]…
# Needs a nightly toolchain, cargo-fuzz and a C++ compiler. What is found is left under artifacts/; put it, with its
# target's name and a dash before it, into ../tests/data/fuzz, mend it, and it stays mended.
set -euo pipefail
cd "$(dirname "$0")"

seconds=${1:?how long each target runs}
shift
[ $# -gt 0 ] || set -- json expression template shell powershell markdown fix

seeds=$(mktemp -d)
trap 'rm -rf "$seeds"' EXIT
number=0
# A property takes a byte that chooses the way of reading, and the text behind it.
while IFS= read -r -d '' file; do
  for choice in 0 1 5 7; do
    number=$((number + 1))
    { printf '%b' "\\x0$choice"; head -c 4000 "$file"; } >"$seeds/$number"
  done
done < <(find ../examples ../docs ../tests/data -type f -print0)
if [ -n "${ARMBODY_SEEDS:-}" ]; then
  while IFS= read -r -d '' file; do
    number=$((number + 1))
    { printf '\x05'; head -c 4000 "$file"; } >"$seeds/$number"
  done < <(find "$ARMBODY_SEEDS" -type f -size -64k -print0)
fi

failed=0
for target in "$@"; do
  mkdir -p "corpus/$target"
  cargo +nightly fuzz run --fuzz-dir . -s none "$target" "corpus/$target" "$seeds" -- \
    -max_total_time="$seconds" -max_len=4096 -timeout=10 -rss_limit_mb=2048 -dict=words.dict \
    -print_final_stats=1 || failed=1
done
exit "$failed"
