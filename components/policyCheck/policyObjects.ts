import { errorMessage } from "../basics/errorMessage";
import { printed, type Kubectl } from "../kubernetes/kubectl";
import { parsePolicies, parsePolicyPage, type PolicyObject } from "./model/clusterPolicies";
import { isPolicyKind, undiscovered } from "./model/policyKinds";

/** What a cluster has of policies, and of which kinds that could not be learned. */
export interface FoundPolicies {
  readonly policies: readonly PolicyObject[];
  /** Kinds that may not be listed, or could not be, with what the cluster said. */
  readonly unseen: readonly { readonly kind: string; readonly reason: string }[];
}

/** There may be thousands of them. */
const LIMIT_SECONDS = 120;

/** So many policies are asked for at a time where all together are too much. */
const PAGE = 500;
/** And so many where these are as well: in etcd none is longer than 1.5 MiB. */
const SMALL_PAGE = 30;

const isTooLong = (error: unknown): boolean => /answers with more than/.test(reasonOf(error));

function reasonOf(error: unknown): string {
  const text = errorMessage(error);
  return text.trim().split("\n", 1)[0] ?? "";
}

async function listing(kubectl: Kubectl, kinds: readonly string[], where: string): Promise<readonly PolicyObject[]> {
  return parsePolicies(await kubectl.read(["get", kinds.join(","), where, "-o", "json"], LIMIT_SECONDS));
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
  const kinds = stdout.split("\n").filter(isPolicyKind);
  const fault = code === 0 ? undefined : undiscovered(stderr);
  return fault === undefined ? { kinds } : { kinds, fault };
}

/** A kind of which all together are too much, in parts: kubectl would print them as one. Takes no other right than to list the kind. */
async function inPages(kubectl: Kubectl, kind: string): Promise<readonly PolicyObject[]> {
  const ask = ["get", kind, "--all-namespaces", "-o", "jsonpath={.items[0].apiVersion}"];
  const version = await kubectl.read(ask, LIMIT_SECONDS);
  const [plural = kind] = kind.split(".");
  const found: (readonly PolicyObject[])[] = [];
  let limit = PAGE;
  let part = "";
  for (;;) {
    const query = new URLSearchParams({ limit: String(limit), ...(part === "" ? {} : { continue: part }) });
    try {
      const raw = ["get", "--raw", `/apis/${version}/${plural}?${query.toString()}`];
      const { policies, next } = parsePolicyPage(await kubectl.read(raw, LIMIT_SECONDS));
      found.push(policies);
      if (next === "") return found.flat();
      part = next;
    } catch (error) {
      if (!isTooLong(error) || limit === SMALL_PAGE) throw error;
      limit = SMALL_PAGE;
    }
  }
}

/** One after the other, for each answer may be long. */
async function ofKind(kubectl: Kubectl, kind: string): Promise<FoundPolicies> {
  try {
    return { policies: await listing(kubectl, [kind], "--all-namespaces"), unseen: [] };
  } catch (error) {
    if (!isTooLong(error)) {
      return { policies: [], unseen: [{ kind, reason: reasonOf(error) }] };
    }
    try {
      return { policies: await inPages(kubectl, kind), unseen: [] };
    } catch (again) {
      return { policies: [], unseen: [{ kind, reason: reasonOf(again) }] };
    }
  }
}

/**
 * Reads every policy that selects by the labels of identities, in any namespace: which of them select by a cluster only a look at them can tell.
 * Asks for all kinds at once, and for one after the other where that fails.
 */
export async function findPolicies(kubectl: Kubectl): Promise<FoundPolicies> {
  const { kinds, fault } = await policyKinds(kubectl);
  const unseen = fault === undefined ? [] : [{ kind: "some API group", reason: fault }];
  if (kinds.length === 0) {
    return { policies: [], unseen };
  }
  try {
    return { policies: await listing(kubectl, kinds, "--all-namespaces"), unseen };
  } catch {
    const found: FoundPolicies[] = [];
    for (const kind of kinds) {
      found.push(await ofKind(kubectl, kind));
    }
    return {
      policies: found.flatMap(({ policies }) => policies),
      unseen: [...unseen, ...found.flatMap((each) => each.unseen)],
    };
  }
}
