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

/** How many letters have to be added, removed or changed to make one text of the other. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: Array.from(b).length + 1 }, (_, index) => index);
  Array.from(a).forEach((letter, line) => {
    const next = [line + 1];
    Array.from(b).forEach((other, column) => {
      const [above = 0, left = 0, corner = 0] = [row[column + 1], next[column], row[column]];
      next.push(Math.min(above + 1, left + 1, corner + (letter === other ? 0 : 1)));
    });
    row = next;
  });
  return row.at(-1) ?? 0;
}

const SHOWN = 3;
const LONGEST_NAME = 200;

/** The names that are most like one, the likeliest first: those with a typing error's difference, or of which one holds the other. */
function likeliest(name: string, names: readonly string[]): readonly string[] {
  const lower = (text: string) => text.slice(0, LONGEST_NAME).toLowerCase();
  const wanted = lower(name);
  return names
    .map((each) => {
      const far = distance(wanted, lower(each));
      const holds = lower(each).includes(wanted) || wanted.includes(lower(each));
      return { each, far, isLikely: holds || far <= Math.max(2, Math.ceil(wanted.length / 3)) };
    })
    .filter(({ isLikely }) => isLikely)
    .sort((a, b) => a.far - b.far)
    .slice(0, SHOWN)
    .map(({ each }) => each);
}

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
