# SITE, URL of the package, FORMAT, MINIMUM, FINGERPRINT and SIGNING_KEY are set.
main() {
    have=$(package_version amazon-ssm-agent)
    if [ -n "$have" ] && at_least "$have" "$MINIMUM"; then
        unchanged "amazon-ssm-agent $have is installed"
        return 0
    fi
    [ ! -d "$R/snap/amazon-ssm-agent" ] || fail "the snap of amazon-ssm-agent is installed" \
        "remove it with snap remove amazon-ssm-agent: two agents fight"
    need curl gpg systemctl
    mkdir -p "$R/var/tmp"
    work=$(mktemp -d "$R/var/tmp/closednet.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    package="$work/amazon-ssm-agent.$FORMAT"
    fetch "$URL" "$package"
    fetch "$URL.sig" "$package.sig"
    check_signature "$package"
    running=$(is_active amazon-ssm-agent && echo yes || echo no)
    mark ssm-agent-package "site=$SITE key=$FINGERPRINT sha256=$(sha256sum "$package" | cut -c1-64)"
    install_package "$package"
    systemctl stop amazon-ssm-agent
    if [ "$running" = yes ] && [ -n "$(node_id)" ]; then
        systemctl start amazon-ssm-agent
    fi
    say installed "$(package_version amazon-ssm-agent)"
}

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
    GNUPGHOME="$work/gnupg"
    export GNUPGHOME
    mkdir -m 700 "$GNUPGHOME"
    printf '%s\n' "$SIGNING_KEY" >"$work/key"
    # Public keys need no agent; old versions have none to be told so.
    if gpg --batch --no-autostart --version >/dev/null 2>&1; then
        agent=--no-autostart
    else
        agent=--no-tty
    fi
    # It also fails for reasons that do not matter: the fingerprint decides.
    gpg --batch "$agent" --import "$work/key" || :
    gpg --batch "$agent" --with-colons --fingerprint >"$work/keys"
    found=$(awk -F: '$1 == "fpr" { print $10; exit }' "$work/keys")
    [ "$found" = "$FINGERPRINT" ] || fail "the signing key has fingerprint ${found:-none}" \
        "take the current key from AWS's page, and set file and fingerprint together" \
        signing-key-other
    case $(awk -F: '$1 == "pub" { print $2; exit }' "$work/keys") in
        e) fail "the signing key is expired" "take the current key from AWS's page" \
            signing-key-expired ;;
        r) fail "the signing key is revoked" "take the current key from AWS's page" ;;
    esac
    gpg --batch "$agent" --status-fd 3 --verify "$1.sig" "$1" 3>"$work/verdict" 2>"$work/words" \
        || fail "the package's signature is not good" "do not install it: somebody changed it" \
        "$(if grep -q '^\[GNUPG:\] BADSIG ' "$work/verdict"; then echo package-tampered; fi)"
    for word in "GOODSIG " "VALIDSIG .*$FINGERPRINT"; do
        grep -q "^\[GNUPG:\] $word" "$work/verdict" \
            || fail "the package is not signed by $FINGERPRINT" "do not install it"
    done
    say signature "$FINGERPRINT"
}

install_package() {
    if [ "$FORMAT" = deb ]; then
        dpkg -i "$1"
    else
        rpm -U "$1"
    fi
}
