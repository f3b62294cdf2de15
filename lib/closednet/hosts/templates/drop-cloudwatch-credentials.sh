# PROFILE and FILE are those that closednet set; [default] belongs to the SSM Agent.
main() {
    common="$CW/etc/common-config.toml"
    if [ -f "$common.before-closednet" ]; then
        mv -f "$common.before-closednet" "$common"
    else
        rm -f "$common"
    fi
    if [ "$PROFILE" != default ]; then
        drop_section "$R$FILE" "[$PROFILE]"
        drop_section "$R/root/.aws/config" "[profile $PROFILE]"
    fi
    unmark cloudwatch-credentials
    say dropped "$PROFILE"
}
