set -eu
umask 077
R="${CLOSEDNET_ROOT:-}"
MARKS="$R/var/lib/closednet"
CW="$R/opt/aws/amazon-cloudwatch-agent"
PATH="$CW/bin:$PATH"
export PATH

say() {
    printf 'closednet: %s=%s\n' "$1" "$2"
}

# What failed, what to do next, and the id of the cause where a script knows it.
fail() {
    say failed "$1"
    say hint "${2:-}"
    if [ -n "${3:-}" ]; then say cause "$3"; fi
    printf '%s\n' "$1" >&2
    exit 1
}

unchanged() {
    say unchanged "$1"
}

has() {
    command -v "$1" >/dev/null 2>&1
}

need() {
    for tool in "$@"; do
        has "$tool" || fail "$tool is not installed" "install $tool on this server"
    done
}

# A mark says that closednet made something here; it is written before the
# thing itself, so that an interrupted run still knows its own work.
mark() {
    mkdir -p "$MARKS"
    printf '%s\n' "$2" >"$MARKS/$1.new"
    mv -f "$MARKS/$1.new" "$MARKS/$1"
}

unmark() {
    rm -f "$MARKS/$1"
    rmdir "$MARKS" 2>/dev/null || :
}

marked() {
    [ -f "$MARKS/$1" ]
}

package_format() {
    family=$(sed -n -e 's/^ID=//p' -e 's/^ID_LIKE=//p' "$R/etc/os-release" \
        | tr -d '"' | tr '\n' ' ')
    case " $family " in
        *" debian "* | *" ubuntu "*) echo deb ;;
        *) echo rpm ;;
    esac
}

package_version() {
    if [ "$(package_format)" = deb ]; then
        dpkg -s "$1" 2>/dev/null | awk '
            /^Status:/ { installed = /ok installed/ }
            /^Version:/ { version = $2 }
            END { if (installed) { sub(/-.*/, "", version); print version } }'
    else
        rpm -q --queryformat '%{VERSION}\n' "$1" 2>/dev/null | grep '^[0-9]' || :
    fi
}

package_remove() {
    if [ "$(package_format)" = deb ]; then
        dpkg --purge "$1"
    else
        rpm -e "$1"
    fi
}

# Succeeds if the first version is the second one or newer.
at_least() {
    printf '%s\n%s\n' "$1" "$2" | awk -F. '
        NR == 1 { for (i = 1; i <= 4; i++) have[i] = $i + 0 }
        NR == 2 { for (i = 1; i <= 4; i++) {
            if (have[i] > $i + 0) exit 0
            if (have[i] < $i + 0) exit 1 } }'
}

is_active() {
    systemctl is-active "$1" >/dev/null 2>&1
}

# The registration file may be stale after a clear: ask the agent, then its vault.
node_field() {
    value=$(ssm-cli get-instance-information 2>/dev/null \
        | sed -n "s/.*\"$1\" *: *\"\([^\"]*\)\".*/\1/p" | head -n 1)
    vault="$R/var/lib/amazon/ssm/Vault/Store/RegistrationKey"
    if [ -z "$value" ] && [ -r "$vault" ]; then
        value=$(tr '{},' ',' <"$vault" | tr ',' '\n' \
            | sed -n "s/.*\"$2\" *: *\"\([^\"]*\)\".*/\1/p" | head -n 1)
    fi
    printf '%s' "$value"
}

node_id() {
    node_field instance-id instanceID
}

# Removes one section of an INI or TOML file; an empty file goes too.
drop_section() {
    [ -f "$1" ] || return 0
    SECTION="$2" awk '/^ *\[/ { skip = ($0 == ENVIRON["SECTION"]) } !skip' "$1" >"$1.new"
    if grep -q '[^[:space:]]' "$1.new"; then
        mv -f "$1.new" "$1"
    else
        rm -f "$1.new" "$1"
        rmdir "$(dirname "$1")" 2>/dev/null || :
    fi
}
