# SITE, REGION, CONFIG (the text) and SOURCE (file:… or ssm:…) are set.
main() {
    need amazon-cloudwatch-agent-ctl
    file="$CW/bin/config.json"
    if [ -f "$file" ] && ! marked cloudwatch-config; then
        cp -p "$file" "$file.before-closednet"
    fi
    mark cloudwatch-config "site=$SITE source=$SOURCE"
    printf '%s' "$CONFIG" >"$file.new"
    chmod 644 "$file.new"
    mv -f "$file.new" "$file"
    # The downloader asks the profile or the environment, not the configuration.
    AWS_REGION="$REGION" amazon-cloudwatch-agent-ctl -a fetch-config -m onPremise -s -c "$SOURCE" \
        || fail "the CloudWatch agent refused its configuration" \
            "its words are in the transcript and in configuration-validation.log"
    say configured "$SOURCE"
}
