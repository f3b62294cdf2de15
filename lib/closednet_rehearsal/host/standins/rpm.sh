#!/bin/sh
# Which version is installed is asked all the time: answered without Python.
if [ $# -eq 4 ] && [ "$1 $2 $3" = '-q --queryformat %{VERSION}\n' ]; then
    record="$CLOSEDNET_ROOT/var/lib/rpm/$4.json"
    if [ -f "$record" ]; then
        exec sed -n 's/.*"version": *"\([^"]*\)".*/\1/p' "$record"
    fi
    echo "package $4 is not installed"
    exit 1
fi
exec "@WORK@/stand-ins/program" rpm "$@"
