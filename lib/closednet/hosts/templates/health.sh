# FILES: the log files that are to be collected, one a line. Reads only.
main() {
    say os_id "$(sed -n 's/^ID=//p' "$R/etc/os-release" | tr -d '"')"
    say os_version "$(sed -n 's/^VERSION_ID=//p' "$R/etc/os-release" | tr -d '"')"
    say arch "$(uname -m)"
    say kernel "$(uname -r)"
    say package_format "$(package_format)"
    say machine_id "$(cat "$R/etc/machine-id" 2>/dev/null || :)"
    say epoch "$(date +%s)"
    say init "$([ -d "$R/run/systemd/system" ] && echo systemd || echo other)"
    say tools "$(for t in curl gpg; do if has $t; then echo $t; fi; done | tr '\n' ' ')"
    say trust "$(trust_store)"
    say proxies "$(env | sed -n 's/^\([a-zA-Z_]*_[pP][rR][oO][xX][yY]\)=.*/\1/p' \
        | sort | tr '\n' ' ')"
    say no_proxy "${no_proxy:-${NO_PROXY:-}}"
    for place in / /var /opt; do
        say room "$place $(df -Pk "$R$place" | awk 'NR == 2 { print int($4 / 1024) }')"
    done
    for place in /var/lib /var/tmp /opt /root; do
        say mount "$place $(mount_options "$place")"
    done
    health_identity
    if [ -n "$(package_version amazon-ssm-agent)" ]; then health_ssm_agent; fi
    if has amazon-cloudwatch-agent-ctl; then health_cloudwatch_agent; fi
    say healthy asked
}

trust_store() {
    for file in /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt \
        /etc/ssl/ca-bundle.pem /etc/ssl/cert.pem; do
        if [ -s "$R$file" ]; then
            printf '%s' "$file"
            return 0
        fi
    done
}

# The options of the file system on which a folder lies, from the kernel's own list.
mount_options() {
    PLACE="$1" awk '
        { at = $2; if (at == "/") at = ""
          place = ENVIRON["PLACE"] "/"
          if (index(place, at "/") == 1 && length(at) >= best) {
              best = length(at); options = $4 } }
        END { print options }' "$R/proc/mounts"
}

health_identity() {
    if [ -d "$R/snap/amazon-ssm-agent" ]; then say snap_agent yes; fi
    if curl -s -o /dev/null --connect-timeout 1 http://169.254.169.254/latest/meta-data/; then
        say instance_metadata yes
    fi
    settings="$R/etc/amazon/ssm/amazon-ssm-agent.json"
    if [ -f "$settings" ]; then
        say identity "$(tr -d ' \n\t' <"$settings" \
            | sed -n 's/.*"ConsumptionOrder":\[\([^]]*\)\].*/\1/p' | tr -d '"')"
    fi
    say node_id "$(node_id)"
    say node_region "$(node_field region region)"
    say registered_by "$(sed -n 's/.*site=\([^ ]*\).*/\1/p' "$MARKS/registration" 2>/dev/null || :)"
}

health_ssm_agent() {
    say ssm_version "$(package_version amazon-ssm-agent)"
    unit ssm amazon-ssm-agent
    said ssm "$R/var/log/amazon/ssm/errors.log" 5
    if has getenforce; then say selinux "$(getenforce)"; fi
    say denials "$(grep -c 'avc: *denied.*\.aws' "$R/var/log/audit/audit.log" 2>/dev/null || :)"
}

health_cloudwatch_agent() {
    unit cloudwatch amazon-cloudwatch-agent
    said cloudwatch "$CW/logs/amazon-cloudwatch-agent.log" 20
    common="$CW/etc/common-config.toml"
    if [ -f "$common" ]; then
        say common_profile "$(sed -n 's/^ *shared_credential_profile *= *"\(.*\)".*/\1/p' "$common")"
    fi
    file="$R/root/.aws/credentials"
    if [ -f "$file" ]; then
        say profiles "$(sed -n 's/^\[\(.*\)\].*/\1/p' "$file" | tr '\n' ' ')"
    fi
    printf '%s\n' "$FILES" | while read -r file; do
        if [ -n "$file" ] && [ ! -f "$R$file" ]; then say absent "$file"; fi
    done
}

# What the service manager knows of a unit, as one line of words; of its environment
# the names alone, because a proxy's address may hold a password.
unit() {
    say "$1_unit" "$(systemctl show "$2" -p LoadState -p UnitFileState -p ActiveState \
        -p SubState -p Result -p NRestarts -p Environment -p UnsetEnvironment 2>/dev/null \
        | awk '
            /^Environment=/ {
                n = split(substr($0, 13), words, " "); names = ""
                for (i = 1; i <= n; i++)
                    if (match(words[i], /^"?[A-Za-z_]+=/))
                        names = names "," substr(words[i], 1, RLENGTH - 1)
                print "Environment=" names; next }
            { gsub(/ /, ","); print }' | tr '\n' ' ')"
}

# The errors in the last lines of a log, each by its name: the words hold ids and
# addresses, and what went wrong earlier is over.
said() {
    [ -f "$2" ] || return 0
    tail -n "$3" "$2" | grep -oE "$ERRORS" | awk '!seen[$0]++' | while read -r name; do
        say "$1_error" "$name"
    done || :
    tail -n "$3" "$2" | sed -nE "s/.*not authorized to perform: ([A-Za-z0-9:-]+).*$WHY.*/\1|\3\4|\5/p" \
        | sort -u | while read -r line; do say "$1_denied" "$line"; done
}

WHY='((explicit deny) in an?|because (no)) ([A-Za-z -]+ policy|permissions boundary)'

ERRORS='AccessDenied(Exception)?|ActivationExpired|ExpiredToken(Exception)?'
ERRORS="$ERRORS|InvalidActivation|InvalidClientTokenId|InvalidSignatureException"
ERRORS="$ERRORS|MachineFingerprintDoesNotMatch|NoCredentialProviders|RequestTimeTooSkewed"
ERRORS="$ERRORS|SharedCredsLoad|SignatureDoesNotMatch|UnrecognizedClientException"
ERRORS="$ERRORS|UserHomeNotFound|permission denied|no space left on device"
ERRORS="$ERRORS|read-only file system|x509: [a-z ]*|no such host|i/o timeout"
ERRORS="$ERRORS|ResourceNotFoundException|ThrottlingException|is not registered"
