#!/bin/sh
# Each look at a server asks whether it stands inside AWS: answered without Python.
case "$*" in
    "-s -o /dev/null --connect-timeout "[0-9]*" http://169.254.169.254/"*) exit 28 ;;
esac
exec "@WORK@/stand-ins/program" curl "$@"
