/** Variables of the process that calls kubectl; `undefined` where one is not set. */
type Variables = Readonly<Record<string, string | undefined>>;

/**
 * What kubectl does not get. Everything else comes through, for a credential plugin may need any of it (`AWS_PROFILE`, `CLOUDSDK_CONFIG`,
 * `HTTPS_PROXY`, `SSL_CERT_FILE`), and plugins are not known here.
 */
const WITHHELD: readonly RegExp[] = [
  // Pulumi hands a program its configuration decrypted, beside its passphrase, and a command its input and its last output.
  /^PULUMI_(CONFIG|COMMAND)/,
  /^CLUSTERMESH_/,
  // Preferences and switches of kubectl's own: a kuberc, shadowed commands, headers, feature gates, an editor, other libraries' limits.
  /^KUBECTL_/,
  /^KUBERC$/,
  /^KUBE_(EDITOR$|FEATURE_|CLIENT_|CACHE_MUTATION_DETECTOR$|WATCHLIST_INCONSISTENCY_DETECTOR$)/,
  // Ways to a cluster that nobody configured: an empty kubeconfig would lead to the cluster that this program runs in.
  /^KUBERNETES_(MASTER|SERVICE_HOST|SERVICE_PORT|EXEC_INFO)$/,
  /^POD_NAMESPACE$/,
  // kubectl translates its messages, and some are read here.
  /^(LANG|LANGUAGE|LC_.*)$/,
];

/** Known to kubectl since 1.33, where the first of them is a feature gate; an older one has no kuberc and does not ask for them. */
const CHOSEN: Readonly<Record<string, string>> = { KUBECTL_KUBERC: "false", KUBERC: "off", LC_ALL: "C.UTF-8" };

const isAbsolute = (path: string): boolean => /^(\/|[A-Za-z]:[\\/]|\\\\)/.test(path);

/** The absolute folders of a search path: from a relative one, or the empty one, whatever lies in the current folder would be run. */
function absoluteFolders(path: string, delimiter: string): string {
  return path.split(delimiter).filter(isAbsolute).join(delimiter);
}

/** The environment of kubectl: what credentials and networks need, and nothing that changes what kubectl does. */
export function kubectlEnvironment(variables: Variables, delimiter: string): Record<string, string> {
  const kept = Object.entries(variables).flatMap(([name, value]): [string, string][] => {
    if (value === undefined || WITHHELD.some((pattern) => pattern.test(name))) return [];
    if (name.toUpperCase() === "PATH") return [[name, absoluteFolders(value, delimiter)]];
    return name === "KUBECACHEDIR" && !isAbsolute(value) ? [] : [[name, value]];
  });
  return { ...Object.fromEntries(kept), ...CHOSEN };
}
