#!/usr/bin/env bash
# Shows that each rule of the style still finds what it is for: bash tools/vale/check.sh
#
# samples/RULE.md has one violation of House.RULE in each line, except blank lines and the borders of tables. A rule with a list of
# words (swap) has one line for each word, in the same order. samples/none.md has no violation at all.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

rules=tools/vale/styles/House samples=tools/vale/samples failed=0

fail() {
  printf '%s\n' "$*" >&2
  failed=1
}

# alerts FILE [OPTION...]: the lines of a file with an alert, as FILE:LINE:COLUMN:RULE:MESSAGE.
alerts() {
  bin/vale --no-global --no-exit --output=line "${@:2}" "$1"
}

for sample in "$samples"/*.md; do
  rule=$(basename "$sample" .md)
  [ "$rule" = none ] || [ -f "$rules/$rule.yml" ] || fail "$sample: there is no rule $rule"
done

for path in "$rules"/*.yml; do
  rule=$(basename "$path" .yml) sample=$samples/$(basename "$path" .yml).md
  if [ ! -f "$sample" ]; then
    fail "$path: there is no sample $sample"
    continue
  fi
  want=$(grep -nvE '^$|^\| (cell|---) \|$' "$sample" | cut -d: -f1)
  got=$(alerts "$sample" --filter=".Name == \"House.$rule\"" | cut -d: -f2)
  if [ "$want" != "$got" ]; then
    fail "$sample: House.$rule must find exactly one violation in each of these lines:" $want "It found:" $got
  fi
  words=$(awk '/^swap:/ { list = 1; next } list && /^  [^ #]/ { n++ } END { print n + 0 }' "$path")
  lines=$(grep -c '^- ' "$sample" || true)
  if [ "$words" != 0 ] && [ "$words" != "$lines" ]; then
    fail "$sample: the rule has $words words, and the sample has $lines lines"
  fi
done

found=$(alerts "$samples/none.md")
[ -z "$found" ] || fail "$found"

exit "$failed"
