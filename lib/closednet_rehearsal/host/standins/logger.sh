#!/bin/sh
tag=root
echo=no
while [ $# -gt 0 ]; do
    case "$1" in
        -t | --tag) tag=$2; shift 2 ;;
        -p | --priority | -n | -P) shift 2 ;;
        -s | --stderr) echo=yes; shift ;;
        --) shift; break ;;
        -*) shift ;;
        *) break ;;
    esac
done
if [ -f "$CLOSEDNET_ROOT/var/log/messages" ]; then
    log="$CLOSEDNET_ROOT/var/log/messages"
else
    log="$CLOSEDNET_ROOT/var/log/syslog"
fi
read -r host <"$CLOSEDNET_ROOT/etc/hostname"
write() {
    line="$(date '+%b %e %H:%M:%S') $host $tag: $1"
    printf '%s\n' "$line" >>"$log"
    if [ "$echo" = yes ]; then printf '<13>%s\n' "$line" >&2; fi
}
if [ $# -gt 0 ]; then
    write "$*"
else
    while IFS= read -r message; do write "$message"; done
fi
