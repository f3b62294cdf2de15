#!/bin/sh
if [ "${1:-}" = -s ] && [ $# -eq 2 ]; then
    file="$CLOSEDNET_ROOT/var/lib/dpkg/info/$2.status"
    if [ -f "$file" ]; then exec cat "$file"; fi
    echo "dpkg-query: package '$2' is not installed and no information is available" >&2
    echo "Use dpkg --info (= dpkg-deb --info) to examine archive files." >&2
    exit 1
fi
exec "@WORK@/stand-ins/program" dpkg "$@"
