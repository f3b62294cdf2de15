#!/bin/sh
# Packages come from files alone: no mirror is reachable from a closed network.
verb=""
for argument in "$@"; do
    shift
    case "$argument" in
        -*) ;;
        install | remove | purge | update | upgrade) verb=$argument ;;
        *) set -- "$@" "$argument" ;;
    esac
done
case "$verb:${1:-}" in
    install:./* | install:/*) exec dpkg -i "$@" ;;
    remove:*) exec dpkg -r "$@" ;;
    purge:*) exec dpkg -P "$@" ;;
esac
echo "E: Failed to fetch http://archive.ubuntu.com/ubuntu/  Could not connect to archive.ubuntu.com:80, connection timed out" >&2
exit 100
