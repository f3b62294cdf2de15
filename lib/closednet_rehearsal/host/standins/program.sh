#!/bin/sh
# program NAME ARGUMENTS: a tool that is written in Python. Where many servers are
# simulated a process waits behind a door that has everything loaded already.
door="@WORK@/door"
if [ -p "$door" ]; then
    reply="$CLOSEDNET_HOST_DIR/run/$$.reply"
    if mkfifo "$reply" 2>/dev/null; then
        echo $$ >"$door"
        read -r code <"$reply"
        rm -f "$reply"
        [ "$code" = no ] || exit "$code"
    fi
fi
case "$1" in
    amazon-ssm-agent | ssm-setup-cli) exec "@PYTHON@" -I "@TOOLS@" "$@" ;;
    *) exec "@PYTHON@" -I -S "@TOOLS@" "$@" ;;
esac
