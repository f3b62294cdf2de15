# NODE is the id that is to go; the agent wrote [default] for it.
main() {
    have=$(node_id)
    if [ -n "$have" ] && [ "$have" != "$NODE" ]; then
        fail "this server is registered as $have, not $NODE" "it is not ours any more"
    fi
    if [ -n "$have" ]; then
        systemctl stop amazon-ssm-agent
        amazon-ssm-agent -register -clear
        rm -f "$R/var/lib/amazon/ssm/registration"
        say cleared "$have"
    else
        unchanged "is not registered"
    fi
    drop_default_profile
    unmark registration
}

drop_default_profile() {
    file="$R/root/.aws/credentials"
    [ -f "$file" ] || return 0
    awk '/^\[/ { skip = ($0 ~ /^\[default\]/) } !skip' "$file" >"$file.new"
    if grep -q '[^[:space:]]' "$file.new"; then
        mv -f "$file.new" "$file"
    else
        rm -f "$file.new" "$file"
        rmdir "$R/root/.aws" 2>/dev/null || :
    fi
}
