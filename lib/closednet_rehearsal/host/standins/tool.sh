#!/bin/sh
exec "@WORK@/stand-ins/program" "${0##*/}" "$@"
