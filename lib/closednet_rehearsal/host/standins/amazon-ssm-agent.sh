#!/bin/sh
exec "@WORK@/stand-ins/program" amazon-ssm-agent "$@"
