#!/bin/sh
echo "    PID TTY          TIME CMD"
for file in "$CLOSEDNET_HOST_DIR"/run/*.pid; do
    name=${file##*/}
    name=${name%.pid}
    if systemctl is-active "$name" >/dev/null && read -r pid <"$file"; then
        printf '%7d ?        00:00:00 %s\n' "$pid" "$name"
    fi
done
