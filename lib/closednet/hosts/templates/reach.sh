# NAMES: one "service name" pair a line.
main() {
    printf '%s\n' "$NAMES" | while read -r service name; do
        addresses=$(getent ahostsv4 "$name" 2>/dev/null | awk '{ print $1 }' \
            | sort -u | tr '\n' ',' || :)
        if [ -z "$addresses" ]; then
            say reach "$service $name none -"
        elif curl -s -o /dev/null --connect-timeout 5 "https://$name/"; then
            say reach "$service $name ${addresses%,} answers"
        else
            say reach "$service $name ${addresses%,} silent"
        fi
    done
}
