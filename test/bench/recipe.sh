#!/usr/bin/env bash
# The API's documented recipe, in a loop over pieces of a file: split, openssl, curl. Validates nothing.
#   recipe.sh <file> <origin> <folder for the pieces>
set -euo pipefail
tracker=1-2
key=key
type=application/x-ndjson
path=/v1/recommender/pin/$tracker/scopes/_bulk
rm -rf "$3"
mkdir -p "$3"
split -l 5000 "$1" "$3/"
for piece in "$3"/*; do
  when=$(LC_ALL=C date -u '+%a, %d %b %Y %H:%M:%S GMT')
  signature=$(printf 'POST\n%s\n%s\n%s' "$type" "$when" "$path" | openssl dgst -sha256 -hmac "$key" -binary | base64)
  curl --silent --show-error --fail --noproxy '*' "$2$path?conflict_strategy=override" -H "Content-Type: $type" \
    -H "Date: $when" -H "Authorization: ApiAuth $tracker:$signature" --data-binary "@$piece"
done
rm -rf "$3"
