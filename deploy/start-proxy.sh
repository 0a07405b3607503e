#!/bin/sh
# Start the proxy; passwords and data do not travel to other machines in the clear.
set -eu

case "${PIPEWEAVE_BIND:-127.0.0.1}" in
  127.* | ::1 | localhost) ;;
  *)
    if [ "${PIPEWEAVE_TLS:-plain}" = plain ] && [ "${PIPEWEAVE_BEHIND_TLS_PROXY:-}" != true ]; then
      echo "PIPEWEAVE_BIND=$PIPEWEAVE_BIND is open to other machines, without encryption." \
        "Set PIPEWEAVE_TLS=internal or certificate, or PIPEWEAVE_BEHIND_TLS_PROXY=true if TLS ends in front of this proxy." >&2
      exit 1
    fi
    ;;
esac
exec caddy run --config /etc/caddy/Caddyfile --adapter caddyfile
