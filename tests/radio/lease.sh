#!/bin/sh
# Puts in force what a lease says; busybox hands it over in the environment.
# shellcheck disable=SC2154
[ "$1" = bound ] || exit 0
ip address replace "$ip/$mask" dev "$interface"
ip route replace default via "$router"
