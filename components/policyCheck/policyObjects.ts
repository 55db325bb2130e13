import { errorMessage } from "../basics/errorMessage";
import type { ClusterApi } from "../kubernetes/clusterApi";
import { parsePolicies, parsePolicyPage, type PolicyObject } from "./model/clusterPolicies";
import { isPolicyKind, undiscovered } from "./model/policyKinds";

/** What a cluster has of policies, and of which kinds that could not be learned. */
export interface FoundPolicies {
  readonly policies: readonly PolicyObject[];
  /** Kinds that may not be listed, or could not be, with what the cluster said. */
  readonly unseen: readonly { readonly kind: string; readonly reason: string }[];
}

/** So many policies are asked for at a time where all together are too much. */
const PAGE = 500;
/** And so many where these are as well: in etcd none is longer than 1.5 MiB. */
const SMALL_PAGE = 30;

const isTooLong = (error: unknown): boolean => /answers with more than/.test(reasonOf(error));

function reasonOf(error: unknown): string {
  const text = errorMessage(error);
  return text.trim().split("\n", 1)[0] ?? "";
}

/** All kinds of which there may be policies; what some API group did not answer is unseen. */
async function policyKinds(api: ClusterApi): Promise<{ readonly kinds: readonly string[]; readonly fault?: string }> {
  const { found, refused } = await api.kinds();
  const kinds = found.filter(isPolicyKind);
  const fault = refused === undefined ? undefined : undiscovered(refused);
  return fault === undefined ? { kinds } : { kinds, fault };
}

/** A kind of which all together are too much, in parts: kubectl would print them as one. Takes no other right than to list the kind. */
async function inPages(api: ClusterApi, kind: string): Promise<readonly PolicyObject[]> {
  const version = await api.versionOf(kind);
  const found: (readonly PolicyObject[])[] = [];
  let limit = PAGE;
  let from = "";
  for (;;) {
    try {
      const { policies, next } = parsePolicyPage(await api.page(kind, version, limit, from));
      found.push(policies);
      if (next === "") return found.flat();
      from = next;
    } catch (error) {
      if (!isTooLong(error) || limit === SMALL_PAGE) throw error;
      limit = SMALL_PAGE;
    }
  }
}

/** One after the other, for each answer may be long. */
async function ofKind(api: ClusterApi, kind: string): Promise<FoundPolicies> {
  const orInPages = (error: unknown) => {
    if (isTooLong(error)) return inPages(api, kind);
    throw error;
  };
  try {
    return { policies: await api.listAll([kind]).then(parsePolicies).catch(orInPages), unseen: [] };
  } catch (error) {
    return { policies: [], unseen: [{ kind, reason: reasonOf(error) }] };
  }
}

/**
 * Reads every policy that selects by the labels of identities, in any namespace: which of them select by a cluster only a look at them can tell.
 * Asks for all kinds at once, and for one after the other where that fails.
 */
export async function findPolicies(api: ClusterApi): Promise<FoundPolicies> {
  const { kinds, fault } = await policyKinds(api);
  const unseen = fault === undefined ? [] : [{ kind: "some API group", reason: fault }];
  if (kinds.length === 0) return { policies: [], unseen };
  try {
    return { policies: parsePolicies(await api.listAll(kinds)), unseen };
  } catch {
    const found: FoundPolicies[] = [];
    for (const kind of kinds) found.push(await ofKind(api, kind));
    return {
      policies: found.flatMap(({ policies }) => policies),
      unseen: [...unseen, ...found.flatMap((each) => each.unseen)],
    };
  }
}
