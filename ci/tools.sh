#!/bin/sh
# sh ci/tools.sh <folder>: puts Pulumi's CLI and kubectl there, of these versions and with these SHA-256 sums, for Linux on x86-64.
set -eu

PULUMI=3.255.0
PULUMI_SHA256=cf559568e2c32f7fae56ea3de8ae5fa48973ba8c5aa9dd2b3dc0c8898fe50dba
KUBECTL=v1.34.1
KUBECTL_SHA256=7721f265e18709862655affba5343e85e1980639395d5754473dafaadcaa69e3

folder=$1
mkdir -p "$folder"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# download <url> <file> <sha256>
download() {
  curl --fail --silent --show-error --location --proto '=https' --retry 3 --output "$2" "$1"
  echo "$3  $2" | sha256sum -c -
}

download "https://get.pulumi.com/releases/sdk/pulumi-v$PULUMI-linux-x64.tar.gz" "$scratch/pulumi.tar.gz" "$PULUMI_SHA256"
download "https://dl.k8s.io/release/$KUBECTL/bin/linux/amd64/kubectl" "$scratch/kubectl" "$KUBECTL_SHA256"

tar -xzf "$scratch/pulumi.tar.gz" -C "$folder" --strip-components=1
install -m 0755 "$scratch/kubectl" "$folder/kubectl"
