# What is downloaded must be signed with FINGERPRINT, the key in SIGNING_KEY.
fetch() {
    code=0
    status=$(curl -fsS --connect-timeout 10 -w '%{http_code}' -o "$2" "$1") || code=$?
    [ "$code" != 0 ] || return 0
    case "$1" in
        file://*) hint="put the package and its .sig there, readable for root" ;;
        *.vpce.*) hint="check that the server resolves and reaches the S3 interface endpoint" ;;
        *) hint="check that the server reaches the mirror, and that the mirror has this file" ;;
    esac
    fail "cannot download $1 (curl $code, HTTP ${status:-none})" "$hint" \
        "$(download_cause "$code" "$status" "$1")"
}

# S3 says 403 of what is not there, too: one object of the bucket always is.
download_cause() {
    case "$1:$2" in
        22:403)
            if curl -fsS --connect-timeout 10 -o /dev/null "${3%/*/*/*}/latest/VERSION"; then
                echo package-not-there
            else
                echo package-forbidden
            fi
            ;;
        18:*) echo package-truncated ;;
    esac
}

check_signature() {
    beside=${1%/*}
    GNUPGHOME="$beside/gnupg"
    export GNUPGHOME
    mkdir -m 700 "$GNUPGHOME"
    printf '%s\n' "$SIGNING_KEY" >"$beside/key"
    # Public keys need no agent; old versions have none to be told so.
    if gpg --batch --no-autostart --version >/dev/null 2>&1; then
        agent=--no-autostart
    else
        agent=--no-tty
    fi
    # It also fails for reasons that do not matter: the fingerprint decides.
    gpg --batch "$agent" --import "$beside/key" || :
    gpg --batch "$agent" --with-colons --fingerprint >"$beside/keys"
    found=$(awk -F: '$1 == "fpr" { print $10; exit }' "$beside/keys")
    [ "$found" = "$FINGERPRINT" ] || fail "the signing key has fingerprint ${found:-none}" \
        "take the current key from AWS's page, and set file and fingerprint together" \
        signing-key-other
    case $(awk -F: '$1 == "pub" { print $2; exit }' "$beside/keys") in
        e) fail "the signing key is expired" "take the current key from AWS's page" \
            signing-key-expired ;;
        r) fail "the signing key is revoked" "take the current key from AWS's page" ;;
    esac
    gpg --batch "$agent" --status-fd 3 --verify "$1.sig" "$1" 3>"$beside/verdict" 2>"$beside/words" \
        || fail "the package's signature is not good" "do not install it: somebody changed it" \
        "$(if grep -q '^\[GNUPG:\] BADSIG ' "$beside/verdict"; then echo package-tampered; fi)"
    for word in "GOODSIG " "VALIDSIG .*$FINGERPRINT"; do
        grep -q "^\[GNUPG:\] $word" "$beside/verdict" \
            || fail "the package is not signed by $FINGERPRINT" "do not install it"
    done
    say signature "$FINGERPRINT"
}
