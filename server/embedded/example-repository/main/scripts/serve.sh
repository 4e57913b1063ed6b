#!/bin/sh
# Serves the game on a free port of this machine.
cd "$(dirname "$0")/.." || exit 1
exec python3 -m http.server --bind 127.0.0.1 0
