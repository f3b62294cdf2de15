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

install_package() {
    if [ "$FORMAT" = deb ]; then
        dpkg -i "$1"
    else
        rpm -U "$1"
    fi
}
