import { likeliest } from "../../basics/model/likeliest";
import { error, type Diagnostic } from "../../mesh/model/diagnostic";
import { clusterNames, listed } from "./listed";

/** A cluster that could not be asked: by which context, if by one, and what kubectl said. */
export interface Unasked {
  readonly cluster: string;
  readonly context?: string;
  readonly reason: string;
}

/** The contexts of the kubeconfig, or why there are none. */
export type KnownContexts =
  | { readonly kind: "read"; readonly contexts: readonly string[] }
  | { readonly kind: "unreadable"; readonly reason: string };

/** What is wrong with the ways in, and the clusters that are not asked because of it. */
export interface WaysIn {
  readonly diagnostics: readonly Diagnostic[];
  readonly explains: ReadonlySet<string>;
}

const NO_KUBECTL = /^kubectl cannot be started/;
const OF_KUBECONFIG = /\bcontext\b|loading config|configuration|localhost:8080/i;

/** Whether the kubeconfig may be why a cluster was not asked. */
export const mayBeKubeconfig = ({ context, reason }: Unasked): boolean =>
  context !== undefined && !NO_KUBECTL.test(reason) && OF_KUBECONFIG.test(reason);

function unknownContext({ cluster, context = "" }: Unasked, contexts: readonly string[]): Diagnostic {
  const likely = likeliest(context, contexts);
  const [what, names] = likely.length > 0 ? ["the likeliest are", likely] : ["it has", contexts];
  return error({
    cluster,
    property: "context",
    value: context,
    reason: "is not in the kubeconfig",
    fix: `${what} ${listed(names.map((name) => JSON.stringify(name)))}`,
  });
}

/**
 * Finds what is wrong with kubectl and its kubeconfig themselves: once, and not as something that is wrong with each of the clusters.
 *
 * @param known The contexts, where {@link mayBeKubeconfig} holds for one of them.
 * @param file Where the kubeconfig is looked for.
 */
export function waysIn(unasked: readonly Unasked[], known: KnownContexts | undefined, file: string): WaysIn {
  const withoutKubectl = unasked.filter(({ reason }) => NO_KUBECTL.test(reason));
  const [first] = withoutKubectl;
  if (first !== undefined) {
    const [reason = "", fix = "install it and put it on PATH"] = first.reason.replace(/^kubectl /, "").split("; ");
    return {
      diagnostics: [error({ property: "kubectl", reason, fix })],
      explains: new Set(withoutKubectl.map(({ cluster }) => cluster)),
    };
  }
  const asked = unasked.filter(mayBeKubeconfig);
  if (known === undefined || asked.length === 0) return { diagnostics: [], explains: new Set() };
  if (known.kind === "unreadable" || known.contexts.length === 0) {
    const names = asked.map(({ cluster }) => cluster);
    const reason = known.kind === "unreadable" ? `cannot be read: ${known.reason}` : "has no context, or is not there";
    const fix = `set KUBECONFIG to the file with the contexts of ${clusterNames(names)}, or give each cluster a kubeconfig (a secret)`;
    return { diagnostics: [error({ property: "kubeconfig", value: file, reason, fix })], explains: new Set(names) };
  }
  const { contexts } = known;
  const missing = asked.filter(({ context = "" }) => !contexts.includes(context));
  return {
    diagnostics: missing.map((each) => unknownContext(each, contexts)),
    explains: new Set(missing.map(({ cluster }) => cluster)),
  };
}
