#!/bin/sh
case "${1:-}" in
    -u | -g) echo 0 ;;
    -un | -gn | -nu) echo root ;;
    "") echo "uid=0(root) gid=0(root) groups=0(root)" ;;
    *) exec /usr/bin/id "$@" ;;
esac
