const words = (text: string): readonly string[] => text.split(/\s+/).filter((word) => word !== "");

/** A shell, the small tools of every system, and what they link to. */
const SMALL_USERLAND = words(`
  libc6 libgcc-s1 libstdc++6 dash coreutils libacl1 libattr1 libgmp10 libselinux1 libpcre2-8-0 libssl3 zlib1g
  libsystemd0 libcap2 liblz4-1 liblzma5 libzstd1 libgcrypt20 libgpg-error0`);

const USERLAND = [
  ...SMALL_USERLAND,
  ...words(`bash grep sed findutils util-linux mount procps libtinfo6 libblkid1 libmount1 libsmartcols1 libcap-ng0 libcrypt1
    libudev1 libuuid1 libproc2-0 libncursesw6`),
];

/** What cilium-agent runs to set up a node's network. */
const NETWORK_TOOLS = words(`
  iproute2 libbpf1 libbsd0 libmd0 libdb5.3 libelf1 libmnl0 libtirpc3 libgssapi-krb5-2 libkrb5-3 libk5crypto3 libcom-err2
  libkrb5support0 libkeyutils1 libxtables12 iptables libip4tc2 libip6tc2 libnetfilter-conntrack3 libnfnetlink0 libnftnl11 netbase
  ipset libipset13 containernetworking-plugins`);

/** cilium-agent compiles its BPF programs. */
const CLANG = words(`
  clang-19 libclang-cpp19 libllvm19 libclang-common-19-dev libedit2 libffi8 libxml2 libicu72 libz3-4`);

/** Everything in the image of cilium-agent that comes from packages. */
export const AGENT_PACKAGES: readonly string[] = [...USERLAND, ...NETWORK_TOOLS, ...CLANG];

/** What Debian's etcd links to, and no more: Cilium's own image of clustermesh-apiserver has no shell either. */
export const APISERVER_PACKAGES: readonly string[] = ["libc6"];

/** Redis with its client, and what both link to; also the image of the pods' sandbox. */
export const REDIS_PACKAGES: readonly string[] = [
  ...SMALL_USERLAND,
  ...words("redis-server redis-tools libatomic1 libjemalloc2 liblzf1 liblua5.1-0"),
];
