#!/bin/sh
# Only the daemons of this server are processes of this server.
pattern=""
names=no
for argument in "$@"; do
    case "$argument" in
        -l | -a) names=yes ;;
        -*) ;;
        *) pattern=$argument ;;
    esac
done
found=1
for file in "$CLOSEDNET_HOST_DIR"/run/*.pid; do
    name=${file##*/}
    name=${name%.pid}
    case "$name" in *"$pattern"*) ;; *) continue ;; esac
    if systemctl is-active "$name" >/dev/null && read -r pid <"$file"; then
        if [ "$names" = yes ]; then echo "$pid $name"; else echo "$pid"; fi
        found=0
    fi
done
exit $found
