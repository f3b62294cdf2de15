#!/bin/sh
if [ "${1:-}" = get-instance-information ]; then
    vault="$CLOSEDNET_ROOT/var/lib/amazon/ssm/Vault/Store/RegistrationKey"
    id=$(sed -n 's/.*"instanceID": *"\([^"]*\)".*/\1/p' "$vault" 2>/dev/null)
    region=$(sed -n 's/.*"region": *"\([^"]*\)".*/\1/p' "$vault" 2>/dev/null)
    if [ -z "$id" ]; then
        echo "failed to get instance information: no identity found (rehearsal)" >&2
        exit 1
    fi
    read -r version <"$CLOSEDNET_ROOT/etc/amazon/ssm/VERSION"
    printf '{"instance-id":"%s","region":"%s","release-version":"%s"}\n' \
        "$id" "$region" "$version"
    exit 0
fi
exec "@WORK@/stand-ins/program" ssm-cli "$@"
