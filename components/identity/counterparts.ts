import { errorMessage } from "../basics/errorMessage";
import { firstFew } from "../basics/model/bounded";
import { EndedError } from "../basics/model/ending";
import { agentPods, AGENTS_AT_ONCE, inAgent } from "../cilium/agents";
import { openIdentities, type IdentityStore } from "../cilium/identityStore";
import type { CiliumObjects } from "../cilium/model/agentConfig";
import { meanwhile } from "../command/meanwhile";
import { progress } from "../command/protocol";
import { until, withEach } from "../command/until";
import type { ClusterApi } from "../kubernetes/clusterApi";
import type { MaxConnectedClusters } from "../mesh/model/mesh";
import { agentView, ALLOWED_COMMAND, KNOWN_COMMAND, lacking } from "./model/agentView";
import { counterparts, type Counterpart, type IdentityOrigin } from "./model/counterparts";

/** A cluster whose agents are about to make identities under another name and id. */
export interface IdentityChange {
  readonly cluster: string;
  readonly cilium: CiliumObjects;
  readonly from: IdentityOrigin;
  readonly to: IdentityOrigin;
  readonly maxConnectedClusters: MaxConnectedClusters;
}

/** An identity that no pod has yet Cilium's operator removes after 15 minutes at the earliest; a pod may be made at any time. */
const KEPT_EVERY_MS = 30_000;
/** Pods come and go while identities are made: so often they are looked at again. */
const ROUNDS = 5;
/** Agents follow the changes of identities, and are behind for a moment only. */
const KNOWN_SECONDS = 120;
/** A policy that names the cluster does not allow the counterpart, and never will. */
const ALLOWED_SECONDS = 20;

type Warn = (text: string) => void;

/** Says each thing once: who does something again and again has no room for more. */
function warningOnce(cluster: string): Warn {
  const said = new Set<string>();
  return (text) => {
    if (!said.has(text)) progress(`warning: cluster "${cluster}": ${text}`);
    said.add(text);
  };
}

/** Makes the counterparts that are missing, until none is. */
async function makeMissing(
  store: IdentityStore,
  { cluster, from, to, maxConnectedClusters }: IdentityChange,
  warn: Warn,
) {
  for (let round = 1; ; round++) {
    const { identities, unread } = await store.read();
    const { pairs, missing } = counterparts(identities, from, to, maxConnectedClusters);
    if (missing.length === 0 || round === ROUNDS) {
      if (unread > 0) warn(`${unread} identities cannot be read, and are left alone`);
      return pairs;
    }
    progress(
      `cluster "${cluster}": ${missing.length} identities are made for ${to.name} (${to.id}), before pods get them`,
    );
    await store.make(missing);
  }
}

interface Lacking {
  readonly pod: string;
  readonly unknown: number;
  readonly behind: number;
  readonly why?: string;
}

async function lookAtAgents(api: ClusterApi, { cluster, cilium }: IdentityChange, pairs: readonly Counterpart[]) {
  const agents = (await agentPods(api, cilium)).filter(({ ready }) => ready);
  const what = `cluster "${cluster}": agents asked for identities`;
  return withEach(what, agents, AGENTS_AT_ONCE, async ({ pod }): Promise<Lacking> => {
    try {
      const known = await inAgent(api, cilium, pod, KNOWN_COMMAND);
      const allowed = await inAgent(api, cilium, pod, ALLOWED_COMMAND);
      return { pod, ...lacking(agentView(known, allowed), pairs) };
    } catch (error) {
      return { pod, unknown: pairs.length, behind: 0, why: errorMessage(error) };
    }
  });
}

const podsOf = (seen: readonly Lacking[]): string =>
  firstFew(seen.map(({ pod, why }) => (why === undefined ? pod : `${pod} (${why})`))).join(", ");

/**
 * Makes the identities that a cluster's pods will have under another name and id, and waits until every agent that is ready knows them, and has them in
 * the policies of its pods. Nothing uses them before the agents are rolled; what stays unused Cilium's operator removes.
 *
 * @throws Error where an agent does not know them in time.
 */
export async function makeCounterparts(
  api: ClusterApi,
  change: IdentityChange,
  config: Readonly<Record<string, string>>,
): Promise<void> {
  const { cluster, cilium } = change;
  const store = await openIdentities(api, cilium, config);
  if (store === undefined) return;
  const pairs = await makeMissing(store, change, warningOnce(cluster));
  if (pairs.length === 0) return;
  const look = () => lookAtAgents(api, change, pairs);
  const isUnknown = ({ unknown }: Lacking) => unknown > 0;
  let knownAt = Infinity;
  const seen = await until(
    Date.now() + KNOWN_SECONDS * 1000,
    look,
    (all) => {
      if (all.some(isUnknown)) return false;
      knownAt = Math.min(knownAt, Date.now());
      return all.every(({ behind }) => behind === 0) || Date.now() - knownAt > ALLOWED_SECONDS * 1000;
    },
    (all) =>
      `cluster "${cluster}": agents take up ${pairs.length} identities: ${podsOf(all.filter(isUnknown))} do not know all of them yet`,
  );
  const unknown = seen.filter(isUnknown);
  if (unknown.length > 0) {
    throw new EndedError(
      `cluster "${cluster}": agents do not know the identities of ${change.to.name} after ${KNOWN_SECONDS} s: ${podsOf(unknown)}; ` +
        "see why they do not answer, or do not follow their identities, and run this again",
      "saysWhatToRun",
    );
  }
  const behind = seen.filter((each) => each.behind > 0);
  if (behind.length > 0) {
    progress(
      `cluster "${cluster}": policies of ${String(behind.reduce((sum, each) => sum + each.behind, 0))} pods allow an identity and not the one that ` +
        "follows: they name the cluster, or their agents are behind",
    );
  }
}

/**
 * Does something that takes long, such as to roll all agents, and makes counterparts meanwhile: of the pods that come, and those that Cilium's operator has
 * removed because no pod had them yet.
 */
export async function keepCounterparts<T>(
  api: ClusterApi,
  change: IdentityChange,
  config: Readonly<Record<string, string>>,
  work: () => Promise<T>,
  everyMs = KEPT_EVERY_MS,
): Promise<T> {
  const { cluster, cilium } = change;
  const warn = warningOnce(cluster);
  const makeAgain = async () => {
    try {
      const store = await openIdentities(api, cilium, config);
      if (store !== undefined) await makeMissing(store, change, warn);
    } catch (error) {
      warn(`identities of new pods are not made: ${errorMessage(error)}`);
    }
    return everyMs;
  };
  return meanwhile(everyMs, makeAgain, work);
}
