# SITE, PROFILE, FILE, REGION, ROTATION are set; for an access key KEY_ID and KEY_SECRET.
main() {
    mark cloudwatch-credentials "site=$SITE profile=$PROFILE rotation=${ROTATION:-}"
    if [ -n "${KEY_ID:-}" ]; then
        # A file of its own: the SSM Agent may write /root/.aws/credentials anew.
        mkdir -p "$(dirname "$R$FILE")"
        put_section "$R$FILE" "[$PROFILE]" "aws_access_key_id = $KEY_ID
aws_secret_access_key = $KEY_SECRET
region = $REGION"
    fi
    mkdir -p "$CW/etc"
    common="$CW/etc/common-config.toml"
    if [ -f "$common" ] && [ ! -f "$common.before-closednet" ]; then
        cp -p "$common" "$common.before-closednet"
    fi
    put_section "$common" "[credentials]" \
        "   shared_credential_profile = \"$PROFILE\"
   shared_credential_file = \"$FILE\""
    chmod 644 "$common"
    if [ -n "${OLD_PROFILE:-}" ] && [ "$OLD_PROFILE" != default ]; then
        drop_section "$R$OLD_FILE" "[$OLD_PROFILE]"
        drop_section "$R/root/.aws/config" "[profile $OLD_PROFILE]"
    fi
    restart_if_running
    say profile "$PROFILE"
}

# Replaces one section of an INI or TOML file and leaves all others as they are.
put_section() {
    [ -f "$1" ] || : >"$1"
    SECTION="$2" awk '/^ *\[/ { skip = ($0 == ENVIRON["SECTION"]) } !skip' "$1" >"$1.new"
    printf '%s\n%s\n' "$2" "$3" >>"$1.new"
    chmod 600 "$1.new"
    mv -f "$1.new" "$1"
}

# The agent reads common-config.toml when it starts.
restart_if_running() {
    has amazon-cloudwatch-agent-ctl || return 0
    case $(amazon-cloudwatch-agent-ctl -a status -m onPremise) in
        *'"running"'*)
            amazon-cloudwatch-agent-ctl -a stop -m onPremise
            amazon-cloudwatch-agent-ctl -a start -m onPremise
            ;;
    esac
}
