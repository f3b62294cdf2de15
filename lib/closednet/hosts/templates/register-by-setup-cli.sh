# SITE, REGION, ACTIVATION_ID, CLI_URL, MANIFEST_URL, FINGERPRINT and
# SIGNING_KEY are set; CODE too, unless a person types it.
main() {
    take_turns
    have=$(node_id)
    if [ -n "$have" ]; then
        unchanged "is registered as $have"
        say node_id "$have"
        return 0
    fi
    need amazon-ssm-agent curl gpg
    if [ -z "${CODE:-}" ]; then ask_code; fi
    mkdir -p "$R/var/tmp"
    work=$(mktemp -d "$R/var/tmp/closednet.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    fetch "$CLI_URL" "$work/ssm-setup-cli"
    fetch "$CLI_URL.sig" "$work/ssm-setup-cli.sig"
    check_signature "$work/ssm-setup-cli"
    chmod 700 "$work/ssm-setup-cli"
    mark registration "site=$SITE region=$REGION node="
    # Without the manifest's address it would look for its parts under S3's own names.
    said=$("$work/ssm-setup-cli" -register -activation-code "$CODE" \
        -activation-id "$ACTIVATION_ID" -region "$REGION" \
        -manifest-url "$MANIFEST_URL" 2>&1) || refused "$said"
    printf '%s\n' "$said"
    have=$(node_id)
    [ -n "$have" ] || fail "the agent does not know its own id after registration"
    mark registration "site=$SITE region=$REGION node=$have"
    say node_id "$have"
}
