#!/bin/sh
# Packages come from files alone: no mirror is reachable from a closed network.
verb=""
for argument in "$@"; do
    shift
    case "$argument" in
        -*) ;;
        install | localinstall | update | upgrade | remove | erase) verb=$argument ;;
        *) set -- "$@" "$argument" ;;
    esac
done
case "$verb:${1:-}" in
    remove:* | erase:*) exec rpm -e "$@" ;;
    *:./* | *:/*) exec rpm -U "$@" ;;
esac
echo "Error: Failed to download metadata for repo 'baseos': Cannot download repomd.xml: Curl error (28): Timeout was reached" >&2
exit 1
