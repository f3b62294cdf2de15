#!/bin/sh
# ssh [options] [user@]HOST [COMMAND...] to a simulated server of this rehearsal.
work="@WORK@"
while [ $# -gt 0 ]; do
    case "$1" in
        --) shift; break ;;
        -[BbcDEeFIiJLlmOopQRSWw]) shift; [ $# -eq 0 ] || shift ;;
        -*) shift ;;
        *) break ;;
    esac
done
if [ $# -eq 0 ]; then
    echo "usage: ssh [-o option] [-l user] [user@]host [command]" >&2
    exit 255
fi
target=${1##*@}
shift
name=$target
if [ -f "$work/addresses/$target" ]; then read -r name <"$work/addresses/$target"; fi
folder="$work/hosts/$name"
if [ ! -d "$folder" ]; then
    case "$target" in
        *[!0-9.]*) echo "ssh: Could not resolve hostname $target: Name or service not known" ;;
        *) echo "ssh: connect to host $target port 22: Connection timed out" ;;
    esac >&2
    exit 255
fi
if [ -e "$folder/off" ]; then
    echo "ssh: connect to host $target port 22: Connection timed out" >&2
    exit 255
fi
# What the server's door says instead of letting anybody in.
if [ -f "$folder/door" ]; then exec /bin/sh "$folder/door" "$target" "$@"; fi
cd "$folder/root/root" || exit 255
umask 022
if [ $# -eq 0 ]; then set -- /bin/sh; else set -- /bin/sh -c "$*"; fi
# PAM reads this file at each login; what is in it are words without blanks.
file="$folder/root/etc/environment"
environment=$(if [ -f "$file" ]; then grep '^[A-Za-z_]*=[^ ]*$' "$file"; fi)
# shellcheck disable=SC2086
exec env -i $environment PATH="$folder/trouble:$folder/bin:/usr/bin:/bin" HOME="$folder/root/root" \
    CLOSEDNET_ROOT="$folder/root" CLOSEDNET_HOST_DIR="$folder" LANG=C.UTF-8 "$@"
