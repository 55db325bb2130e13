#!/bin/sh
# Makes what an etcd with TLS, and the agents that use it, need: certificates.sh FOLDER ADDRESS
set -eu
folder=$1
address=$2
mkdir -p "$folder"
cd "$folder"
umask 077

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 \
  -subj /CN=etcd-ca -addext keyUsage=critical,keyCertSign,cRLSign -keyout ca.key -out ca.crt

# leaf FILE COMMON-NAME EXTENSIONS
leaf() {
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$2" -keyout "$1.key" -out "$1.csr"
  printf '%b\n' "$3" >"$1.ext"
  openssl x509 -req -in "$1.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days 365 -extfile "$1.ext" -out "$1.crt"
  rm "$1.csr" "$1.ext"
}

# --cert-file and --key-file of the etcd, whose --trusted-ca-file is ca.crt
leaf server etcd "subjectAltName=IP:$address,IP:127.0.0.1\nextendedKeyUsage=serverAuth,clientAuth"
# for the agents' Secret cilium-etcd-secrets
leaf client cilium "extendedKeyUsage=clientAuth"
