import { APISERVER_OBJECTS } from "../apiserver/model/objects";
import { errorMessage } from "../basics/errorMessage";
import { rolledWorkloads, type CiliumObjects } from "../cilium/model/agentConfig";
import { isNamedHere, type Named } from "../identity/model/mark";
import type { AnswerTime, ApiAccess, ClusterReads } from "../kubernetes/clusterApi";
import { withCluster } from "../kubernetes/kubectlApi";
import type { ManagedObject } from "../kubernetes/model/managedObject";
import { noAccess } from "../kubernetes/model/noAccess";
import { firstTry, type Patience } from "../kubernetes/model/patience";
import { patiently } from "../kubernetes/patiently";
import { byPlace, readManagedObjects } from "../kubernetes/readObjects";
import { readEntrances } from "./entrances";
import { podsJson, readFurther, readIdentities, readInventory } from "./inventory";
import { parseLiveCluster, type LiveCluster } from "./model/liveCluster";
import type { Answered } from "./model/slowAnswers";

/** What was found of a cluster, and how it was asked; the latter is absent where it has not answered. */
export interface Inspection {
  readonly live: LiveCluster;
  readonly answered?: Answered;
}

/** Lets as many clusters be asked at once as a machine can bear. */
type Turn = <T>(work: () => Promise<T>) => Promise<T>;

/**
 * What is to be learned of where a cluster publishes. `kvstore`: nothing, its etcd is written down. `asked`: whether and how it does by its
 * clustermesh-apiserver.
 */
export type Publication = "kvstore" | "asked";

/** Something short to ask for. */
const KNOCK = "namespace/kube-system";

/**
 * Asks a cluster what the preflight needs to know. Reads only.
 *
 * @param limitSeconds After so long without an answer, several tries together, the cluster counts as unreachable.
 * @param turn Around the first try: those that wait for a cluster that is silent keep no other one from being asked.
 * @param publication What is asked about where it publishes.
 * @param named As it is declared, and by whom.
 */
export async function inspectCluster(
  access: ApiAccess,
  cilium: CiliumObjects,
  managedObjects: readonly ManagedObject[],
  limitSeconds: number,
  turn: Turn = (work) => work(),
  publication: Publication = "kvstore",
  named: Named = { name: "", id: 0, owner: "" },
): Promise<Inspection> {
  const patience: Patience = { limitSeconds, repeat: "always" };
  const ask = (reads: ClusterReads) => askAll(reads, cilium, managedObjects, publication, named);
  try {
    return await withCluster(access, (api) =>
      patiently(patience, async (silenceSeconds, failed) => {
        const times: AnswerTime[] = [];
        const reads = api.once(silenceSeconds, (time) => times.push(time));
        // Once it did not answer, one short question is enough to find out whether it does.
        const live = await (failed.length === 0 ? turn(() => ask(reads)) : reads.object(KNOCK).then(() => ask(reads)));
        const longest = (all: readonly number[]) => Math.max(...all) / 1000;
        const answered = {
          seconds: longest(times.map(({ answerMs }) => answerMs)),
          startSeconds: longest(times.map(({ startMs }) => startMs)),
          failed: failed.map(({ message }) => message),
        };
        return { live, answered };
      }),
    );
  } catch (error) {
    const text = errorMessage(error);
    const { kind: cause, line: reason } = noAccess(text);
    return { live: { kind: "unreachable", cause, reason } };
  }
}

/** A process for each question is most of what a preview costs: objects of one namespace are asked for together. */
async function askAll(
  api: ClusterReads,
  cilium: CiliumObjects,
  managedObjects: readonly ManagedObject[],
  publication: Publication,
  named: Named,
): Promise<LiveCluster> {
  const { near, far } = byPlace(managedObjects, cilium.namespace);
  const beside = publication === "asked" ? APISERVER_OBJECTS.filter((each) => !near.includes(each)) : [];
  const objects = ["namespace/kube-system", `configmap/${cilium.configMap}`, ...rolledWorkloads(cilium)];
  const answers = [
    api.objects([...objects, ...near, ...beside], cilium.namespace),
    readManagedObjects(api, far),
    readInventory(api, cilium.namespace),
  ] as const;
  // One that fails does not end the others, and the next try must not run beside them.
  await Promise.allSettled(answers);
  const [there, elsewhere, { pods, network }] = await Promise.all(answers);
  const live = { ...parseLiveCluster(cilium, there, elsewhere, podsJson(pods), beside), network };
  // Of a cluster that this stack has named so, none of another id are left.
  const isNew = publication === "asked" && live.apiserver !== undefined && !isNamedHere(live.config, named);
  const identities = isNew ? { identities: await readIdentities(api, named.name) } : {};
  const further = await readFurther(api, cilium, live);
  const entrances = publication === "asked" ? await readEntrances(api, cilium.namespace, live) : { unread: {} };
  const unread = { ...network.unread, ...further.unread, ...entrances.unread };
  return { ...live, ...identities, network: { ...network, ...further, ...entrances, unread } };
}

/** Only an API server answers so: it lives, and lets this user in no further. */
const REFUSED_BY_SERVER =
  /unauthorized|must be logged in|asked for the client to provide credentials|remote error: tls/i;

/** Whether the API server of a cluster answers that is said to answer no more: asked once, for silence is what is expected. */
export async function answers(access: ApiAccess, limitSeconds: number): Promise<boolean> {
  const silenceSeconds = firstTry({ limitSeconds, repeat: "always" });
  try {
    await withCluster(access, (api) => api.once(silenceSeconds).object(KNOCK));
    return true;
  } catch (error) {
    const { kind, line } = noAccess(errorMessage(error));
    return kind === "permission" || (kind === "credentials" && REFUSED_BY_SERVER.test(line));
  }
}
