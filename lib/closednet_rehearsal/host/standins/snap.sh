#!/bin/sh
case "${1:-}" in
    list)
        if [ -n "${2:-}" ]; then
            echo "error: no matching snaps installed" >&2
            exit 1
        fi
        echo "No snaps are installed yet. Try 'snap install hello-world'." >&2
        ;;
    *)
        echo "error: cannot reach api.snapcraft.io: i/o timeout" >&2
        exit 1
        ;;
esac
