import { printed, type Kubectl } from "../kubectl";
import { isPolicyKind } from "../model/clusterPolicies";
import { errorMessage } from "./errorMessage";

/** What a cluster has of policies, and of which kinds that could not be learned. */
export interface FoundPolicies {
  /** Lists as `kubectl get -o json` prints them. */
  readonly lists: readonly string[];
  /** Kinds that may not be listed, or could not be, with what the cluster said. */
  readonly unseen: readonly { readonly kind: string; readonly reason: string }[];
}

/** There may be thousands of them. */
const LIMIT_SECONDS = 120;

function listing(kubectl: Kubectl, kinds: readonly string[]): Promise<string> {
  return kubectl.read(["get", kinds.join(","), "--all-namespaces", "-o", "json"], LIMIT_SECONDS);
}

function firstLine(text: string): string {
  return text.trim().split("\n", 1)[0] ?? "";
}

/** All kinds of which there may be policies; what some API group did not answer is unseen. */
async function policyKinds(kubectl: Kubectl): Promise<{ readonly kinds: readonly string[]; readonly fault?: string }> {
  const question = ["api-resources", "--verbs=list", "-o", "name"];
  const patience = { limitSeconds: LIMIT_SECONDS, repeat: "always" } as const;
  const { code, stdout, stderr } = await kubectl.patiently(patience, async (silenceSeconds) => {
    const ended = await kubectl.attempt(question, { silenceSeconds });
    // Where it names some kinds the cluster has answered, and an API group has not.
    if (ended.stdout === "") {
      printed(question, ended);
    }
    return ended;
  });
  const kinds = stdout.split("\n").filter((kind) => isPolicyKind(kind));
  return code === 0 ? { kinds } : { kinds, fault: firstLine(stderr) };
}

/**
 * Reads every object that may be a policy, of any API group and in any namespace: clusters have policies of several makers, and which of them
 * select by a cluster's name only a look at them can tell. Asks for all kinds at once, and for one after the other where that fails.
 */
export async function findPolicies(kubectl: Kubectl): Promise<FoundPolicies> {
  const { kinds, fault } = await policyKinds(kubectl);
  const unseen = fault === undefined ? [] : [{ kind: "some API group", reason: fault }];
  if (kinds.length === 0) {
    return { lists: [], unseen };
  }
  try {
    return { lists: [await listing(kubectl, kinds)], unseen };
  } catch {
    const each = await Promise.all(
      kinds.map(async (kind) => {
        try {
          return { kind, list: await listing(kubectl, [kind]) };
        } catch (error) {
          return { kind, reason: firstLine(errorMessage(error)) };
        }
      }),
    );
    return {
      lists: each.flatMap(({ list }) => list ?? []),
      unseen: [...unseen, ...each.flatMap(({ kind, reason }) => (reason === undefined ? [] : [{ kind, reason }]))],
    };
  }
}
