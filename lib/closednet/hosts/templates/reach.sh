# NAMES: one "service name" pair a line.
main() {
    printf '%s\n' "$NAMES" | while read -r service name; do
        addresses=$(getent ahostsv4 "$name" 2>/dev/null | awk '{ print $1 }' \
            | sort -u | tr '\n' ',' || :)
        if [ -z "$addresses" ]; then
            say reach "$service $name none -"
        else
            say reach "$service $name ${addresses%,} $(verdict "$name")"
        fi
    done
}

# One word: how far HTTPS came, and what else was tried to tell why.
verdict() {
    code=0
    connected=$(curl -s -o /dev/null --connect-timeout 5 -w '%{time_connect}' \
        "https://$1/") || code=$?
    if [ "$code" = 0 ]; then
        echo answers
    elif env | grep -qi '^https_proxy=.' && direct "https://$1/"; then
        echo proxied
    elif [ "$code" = 60 ] || [ "$code" = 51 ]; then
        echo "untrusted $(issuer "$1")"
    elif [ "$code" = 7 ]; then
        echo refused
    elif connected "$connected" && direct "http://$1:443/"; then
        # The refusal of plain HTTP is small, a certificate is not.
        echo stalls
    else
        echo silent
    fi
}

direct() {
    curl -s -o /dev/null --noproxy '*' --connect-timeout 5 "$1"
}

connected() {
    case "$1" in *[1-9]*) return 0 ;; *) return 1 ;; esac
}

issuer() {
    curl -kvs -o /dev/null --connect-timeout 5 "https://$1/" 2>&1 \
        | sed -n 's/^\* *issuer: *//p' | head -n 1 | tr ' ' '_' || :
}
