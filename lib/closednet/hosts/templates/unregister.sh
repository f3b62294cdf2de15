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
    drop_section "$R/root/.aws/credentials" "[default]"
    unmark registration
    rm -f "$R/run/closednet-registration.lock"
}
