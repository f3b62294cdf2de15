#!/bin/sh
exec systemctl "${2:-status}" "${1:-}"
