#!/bin/sh
read -r arch <"$CLOSEDNET_HOST_DIR/facts/arch"
read -r name <"$CLOSEDNET_ROOT/etc/hostname"
case "${1:-}" in
    -m | -p | -i) printf '%s\n' "$arch" ;;
    -r) printf '%s\n' "$(cat "$CLOSEDNET_HOST_DIR/facts/kernel")" ;;
    -n) printf '%s\n' "$name" ;;
    -a) printf 'Linux %s 5.15.0-rehearsal #1 SMP %s GNU/Linux\n' "$name" "$arch" ;;
    *) exec /bin/uname "$@" ;;
esac
