#!/bin/sh
# Start the proxy: hash the two passwords for the Caddyfile.
set -eu

hash_of() {
  if [ "${#2}" -lt 32 ]; then
    echo "$1 has fewer than 32 characters; 'make secrets' generates one" >&2
    exit 1
  fi
  printf '%s\n' "$2" | caddy hash-password
}

PIPEWEAVE_ADMIN_HASH=$(hash_of PIPEWEAVE_ADMIN_PASSWORD "$PIPEWEAVE_ADMIN_PASSWORD")
PIPEWEAVE_VIEWER_HASH=$(hash_of PIPEWEAVE_VIEWER_PASSWORD "$PIPEWEAVE_VIEWER_PASSWORD")
export PIPEWEAVE_ADMIN_HASH PIPEWEAVE_VIEWER_HASH
unset PIPEWEAVE_ADMIN_PASSWORD PIPEWEAVE_VIEWER_PASSWORD
exec caddy run --config /etc/caddy/Caddyfile --adapter caddyfile
