# PROFILE is the one that closednet set; [default] belongs to the SSM Agent.
main() {
    common="$CW/etc/common-config.toml"
    if [ -f "$common.before-closednet" ]; then
        mv -f "$common.before-closednet" "$common"
    else
        rm -f "$common"
    fi
    if [ "$PROFILE" != default ]; then
        drop_section "$R/root/.aws/credentials" "[$PROFILE]"
        drop_section "$R/root/.aws/config" "[profile $PROFILE]"
    fi
    unmark cloudwatch-credentials
    say dropped "$PROFILE"
}

drop_section() {
    [ -f "$1" ] || return 0
    SECTION="$2" awk '/^\[/ { skip = ($0 == ENVIRON["SECTION"]) } !skip' "$1" >"$1.new"
    if grep -q '[^[:space:]]' "$1.new"; then
        mv -f "$1.new" "$1"
    else
        rm -f "$1.new" "$1"
        rmdir "$R/root/.aws" 2>/dev/null || :
    fi
}
