#!/bin/sh
case " $* " in
    *" -a status "* | *" -a status-with-workloads "*)
        cw="$CLOSEDNET_ROOT/opt/aws/amazon-cloudwatch-agent"
        running=stopped
        started=""
        if systemctl is-active amazon-cloudwatch-agent >/dev/null; then
            running=running
            started=$(date -u -Isec -r "$CLOSEDNET_HOST_DIR/run/amazon-cloudwatch-agent.pid")
        fi
        configured="not configured"
        if [ -f "$cw/etc/amazon-cloudwatch-agent.toml" ]; then configured=configured; fi
        read -r version <"$cw/bin/CWAGENT_VERSION"
        printf '{\n  "status": "%s",\n  "starttime": "%s",\n' "$running" "$started"
        printf '  "configstatus": "%s",\n  "version": "%s"\n}\n' "$configured" "$version"
        exit 0
        ;;
esac
exec "@WORK@/stand-ins/program" amazon-cloudwatch-agent-ctl "$@"
