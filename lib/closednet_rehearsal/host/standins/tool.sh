#!/bin/sh
exec "@PYTHON@" -I -S "@TOOLS@" "${0##*/}" "$@"
