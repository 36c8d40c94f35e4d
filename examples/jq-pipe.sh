#!/bin/sh
# Pushes an export that is a JSON array, one element after the other, through a pipe.
# jq prints each pin over several lines; that is fine. Without --sandbox it goes to your tracker.
set -e
cd "$(dirname "$0")"
jq '.[]' pins.json | node ../bin/luigis-pins.js push --conflict ignore --sandbox
