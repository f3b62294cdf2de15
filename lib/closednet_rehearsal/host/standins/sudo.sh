#!/bin/sh
while [ $# -gt 0 ]; do
    case "$1" in
        -u | -g) shift 2 ;;
        --) shift; break ;;
        -*) shift ;;
        *) break ;;
    esac
done
case "${1:-}" in
    "") exit 0 ;;
    *=*) exec env "$@" ;;
esac
exec "$@"
