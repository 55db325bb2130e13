import { restartApiserver } from "../apiserver/restartApiserver";
import { readConfigMap, type LiveConfig } from "../cilium/configMap";
import { waitForRollOut } from "../cilium/rollOut";
import { sayWhoRestarts } from "../cilium/whoRestarts";
import { keepingNodes, removeFormerNodes, type Joined } from "../identity/formerNodes";
import { originalValues } from "../identity/model/originalConfig";
import type { Recorded } from "../identity/model/recorded";
import { isWidened } from "../identity/policySetting";
import { giveRoutesBack } from "../identity/routesSetting";
import { restartOutdated } from "../identity/restartOutdated";
import { setIdentity, type AgentIdentity, type Beside } from "../identity/setIdentity";
import {
  aroundRollOut,
  originOf,
  prepareChange,
  type AroundRollOut,
  type PolicyChange,
} from "../identity/underPolicies";
import type { ClusterApi } from "../kubernetes/clusterApi";
import { namesApiserver } from "../mesh/model/publication";
import { howRead } from "../policyCheck/howRead";
import { findPolicies } from "../policyCheck/policyObjects";
import { configuredOf, type ClusterInput } from "./clusterInput";

/** Name and id as they are set in a cluster. */
const identityOf = (input: ClusterInput, before: Recorded): AgentIdentity => {
  const { desiredConfig: desired, overwriteConflicts, identity } = input;
  return { ...configuredOf(input, before), desired, overwriteConflicts, identity };
};

/** Whether a policy may refuse pods while agents have two names: there is one, or not all kinds could be looked at. */
async function hasPolicies(api: ClusterApi): Promise<boolean> {
  const { policies, unseen } = await findPolicies(api);
  return policies.length > 0 || unseen.length > 0;
}

/** A change of name and id under policies, in either direction; `undefined` where there are none, or where they may refuse pods meanwhile, and no such change is under way. */
export async function policyChange(
  api: ClusterApi,
  input: ClusterInput,
  before: Recorded,
  live: LiveConfig,
  ends: Pick<PolicyChange, "from" | "to">,
): Promise<PolicyChange | undefined> {
  const { cluster, cilium, owner, maxConnectedClusters, rollOut, policyInterruptions } = input;
  if (!isWidened(live) && (policyInterruptions || !(await hasPolicies(api)))) return undefined;
  const { localByDefault } = await howRead(api, cilium, owner);
  return {
    ...configuredOf(input, before),
    ...ends,
    localByDefault,
    maxConnectedClusters,
    rolled: (seen) => waitForRollOut(api, cluster.name, cilium, rollOut.timeoutSeconds, seen),
  };
}

const isSet = (live: LiveConfig, { desiredConfig }: ClusterInput): boolean =>
  Object.entries(desiredConfig).every(([key, value]) => live.data[key] === value);

/** A change that is under way, and what is set beside name and id meanwhile. */
interface Begun {
  readonly around: AroundRollOut;
  readonly beside: Beside;
}

/** Prepares agents for another name and id where policies are there, or goes on with that; `undefined` where there is no need. */
async function beginChange(api: ClusterApi, input: ClusterInput, before: Recorded): Promise<Begun | undefined> {
  if (!input.rollOut.await || input.identity !== "set") return undefined;
  const live = await readConfigMap(api, input.cilium);
  if (live === undefined) return undefined;
  const isNamed = isSet(live, input);
  if (isNamed && !isWidened(live)) return undefined;
  // Where a run was interrupted since, pods may still have the identities from before.
  const from = originOf(isNamed ? originalValues(before.config) : live.data);
  const ends = { from, to: originOf(input.desiredConfig) };
  const change = await policyChange(api, input, before, live, ends);
  if (change === undefined) return undefined;
  const around = aroundRollOut(api, change, live.data);
  if (isNamed) return { around, beside: "widenedSelectors" };
  const prepared = await prepareChange(api, change, live);
  return { around, beside: isWidened(prepared) ? "widenedSelectors" : "nothing" };
}

function joinedOf({ cluster, cilium }: ClusterInput, before: Recorded): Joined {
  const { name, id } = originOf(originalValues(before.config));
  return { cluster: cluster.name, cilium, from: name, fromId: id, to: cluster.name };
}

async function setAndRoll(api: ClusterApi, input: ClusterInput, before: Recorded, beside?: Beside): Promise<void> {
  const { cluster, cilium, rollOut } = input;
  const identity = identityOf(input, before);
  const { rolling, isWhole } = await setIdentity(api, identity, beside);
  if (rollOut.await) {
    const rolled = () => waitForRollOut(api, cluster.name, cilium, rollOut.timeoutSeconds, rolling);
    await keepingNodes(api, joinedOf(input, before), rolled);
    const { timeoutSeconds } = rollOut;
    if (!isWhole) await restartOutdated(api, { ...identity, ...input, cluster: cluster.name, timeoutSeconds });
  } else if (input.identity === "set") {
    await sayWhoRestarts(api, cluster.name, cilium);
  }
}

/**
 * Sets name and id, with the originals, and returns when agents and operator run with them. Where policies are there, in three roll-outs instead of one, so
 * that none of them refuses a pod in between. What was interrupted goes on where it was.
 */
export async function rollOutIdentity(api: ClusterApi, input: ClusterInput, before: Recorded): Promise<void> {
  // A way back that was interrupted has left them so.
  if (input.identity === "set") await giveRoutesBack(api, configuredOf(input, before));
  const { around, beside = "nothing" } = (await beginChange(api, input, before)) ?? {};
  const rollFirst = () => setAndRoll(api, input, before, beside);
  await (around === undefined ? rollFirst() : around.during(rollFirst));
  await around?.after();
  if (beside !== "nothing") await setAndRoll(api, input, before);
  if (input.rollOut.await && input.identity === "set") await removeFormerNodes(api, joinedOf(input, before));
  if (namesApiserver(input)) await restartApiserver(api, input.cluster.name, input.cilium);
}
