#!/bin/sh
case "${1:-}" in
    -I | -i) read -r name <"$CLOSEDNET_HOST_DIR/facts/address" ;;
    *) read -r name <"$CLOSEDNET_ROOT/etc/hostname" ;;
esac
printf '%s\n' "$name"
