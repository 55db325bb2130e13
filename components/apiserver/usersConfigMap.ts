import { firstFew } from "../basics/model/bounded";
import { isObject } from "../basics/model/json";
import { present } from "../basics/model/own";
import { syncApiserverNow } from "../cilium/caches";
import type { CiliumObjects } from "../cilium/model/agentConfig";
import { progress } from "../command/protocol";
import { TRIES_AGAINST_OTHER_WRITERS } from "../identity/restoreConfig";
import { deleteObject } from "../kubernetes/apiObject";
import type { ClusterApi } from "../kubernetes/clusterApi";
import { WriteConflict } from "../kubernetes/kubectlError";
import { parseObject, type LiveObject } from "../kubernetes/model/liveObject";
import { FIELD_MANAGER, OWNER_ANNOTATION } from "../kubernetes/model/ownership";
import { writeData } from "../kubernetes/writeData";
import { findingError, formatDiagnostic } from "../mesh/model/diagnostic";
import type { GrantedUsers } from "./model/grantedUsers";
import type { LiveUsers } from "./model/liveUsers";
import { usersFinding } from "./model/usersFinding";
import { REMOTE_USERS } from "./model/objects";
import { USERS_ANNOTATION, USERS_KEY, usersName, usersObject } from "./model/usersObject";
import { planGrant, planRevoke, type UsersStep } from "./model/usersPlan";
import { replaceStuckPods } from "./stuckPods";

/** Whose users these are, and of which cluster. */
export interface UsersOwner {
  readonly cluster: string;
  readonly cilium: Pick<CiliumObjects, "namespace">;
  readonly owner: string;
  /** What was last granted; absent where that is not known. */
  readonly last: GrantedUsers | undefined;
}

interface Seen extends LiveUsers {
  readonly version: string | undefined;
  readonly object: unknown;
  readonly live: LiveObject;
}

/** A grant takes three writes in the ConfigMap of another owner, a revoke two. With more, others write as often as this does. */
const MOST_WRITES = 12;

async function look(api: ClusterApi, cilium: UsersOwner["cilium"]): Promise<Seen | undefined> {
  const json = await api.object(`configmap/${REMOTE_USERS}`, cilium.namespace);
  const live = parseObject(json);
  if (live === undefined) return undefined;
  const { uid, annotations = {}, labels = {}, managedFields = [], resourceVersion: version } = live.metadata;
  const object = JSON.parse(json) as unknown;
  const hasBinaryData = isObject(object) && isObject(object["binaryData"]);
  const hasLabels = Object.keys(labels).length > 0;
  return { uid, annotations, hasLabels, data: live.data ?? {}, hasBinaryData, managedFields, version, object, live };
}

type Write = Exclude<UsersStep, { readonly kind: "done" | "leave" }>;

/** The whole ConfigMap, as this project has it. One that is there is taken only as it was seen, and by force: who edits it owns what was edited. */
async function apply(
  api: ClusterApi,
  { cilium, owner }: UsersOwner,
  seen: Seen | undefined,
  { text, claim }: Extract<Write, { readonly kind: "create" | "apply" }>,
): Promise<void> {
  const annotations = { [OWNER_ANNOTATION]: owner, [USERS_ANNOTATION]: claim };
  const { uid, version: resourceVersion } = seen ?? {};
  const metadata = { name: REMOTE_USERS, namespace: cilium.namespace, ...present({ uid, resourceVersion }) };
  const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { ...metadata, annotations } };
  await api.apply(
    FIELD_MANAGER,
    { ...object, data: { [USERS_KEY]: text } },
    seen === undefined ? "refuse" : "overwrite",
  );
}

async function annotate(
  api: ClusterApi,
  { cilium }: UsersOwner,
  seen: Seen,
  annotations: Readonly<Record<string, string | null>>,
): Promise<void> {
  const patch = { metadata: { resourceVersion: seen.version, annotations } };
  await api.patch([`configmap/${REMOTE_USERS}`], cilium.namespace, { manager: FIELD_MANAGER, patch });
}

async function carryOut(api: ClusterApi, users: UsersOwner, seen: Seen | undefined, write: Write): Promise<void> {
  if (write.kind === "create" || write.kind === "apply") return apply(api, users, seen, write);
  if (seen === undefined) return;
  switch (write.kind) {
    case "claim":
      return annotate(api, users, seen, { [USERS_ANNOTATION]: write.claim });
    case "unclaim":
      return annotate(api, users, seen, { [USERS_ANNOTATION]: null, [OWNER_ANNOTATION]: null });
    case "delete":
      return deleteObject(api, usersObject(users.cilium), seen.live);
    case "text": {
      const { text, owner } = write;
      const place = { namespace: users.cilium.namespace, configMap: REMOTE_USERS };
      return writeData(
        api,
        place,
        seen,
        // An update removes a key that others have as well; an apply removes it from its own alone.
        text === null || owner.operation === "Update"
          ? { kind: "Update", manager: owner.manager, data: { [USERS_KEY]: text } }
          : { kind: "Apply", manager: owner.manager, data: { [USERS_KEY]: text } },
      );
    }
  }
}

/** Names cluster and ConfigMap, and what to do, where something is wrong with what is in it. */
function inItsWords({ command }: ClusterApi, { cluster, cilium }: UsersOwner, error: unknown): unknown {
  const finding = usersFinding(cluster, command, cilium, error);
  return finding === undefined ? error : findingError(formatDiagnostic(finding), [finding]);
}

function plan<T>(api: ClusterApi, users: UsersOwner, make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw inItsWords(api, users, error);
  }
}

interface Outcome {
  readonly end: Exclude<UsersStep, Write>;
  /** What was done to the ConfigMap as a whole, or to its text; absent where nothing was. */
  readonly written: "create" | "text" | "delete" | undefined;
}

/** Looks and writes by turns until nothing is to be done, while others may be writing. */
async function writeUntilDone(
  api: ClusterApi,
  users: UsersOwner,
  next: (live: LiveUsers | undefined) => UsersStep,
): Promise<Outcome> {
  const name = usersName(users.cilium);
  let written: Outcome["written"];
  let last: string | undefined;
  for (let writes = 0, late = 0; ;) {
    const seen = await look(api, users.cilium);
    const step = plan(api, users, () => next(seen));
    if (step.kind === "done" || step.kind === "leave") return { end: step, written };
    const wanted = JSON.stringify(step);
    if (wanted === last || writes === MOST_WRITES) {
      throw new Error(
        `cluster ${JSON.stringify(users.cluster)}: ${name} took what was written, and does not have it; ` +
          "see who else writes it, or which admission webhook changes it",
      );
    }
    try {
      await carryOut(api, users, seen, step);
      last = wanted;
      writes += 1;
      if (step.kind === "create" || step.kind === "delete") written = step.kind;
      else if (step.kind === "text" || step.kind === "apply") written ??= "text";
    } catch (error) {
      late += 1;
      if (!(error instanceof WriteConflict) || late === TRIES_AGAINST_OTHER_WRITERS) throw error;
    }
  }
}

/**
 * Gives peers users in a cluster's ConfigMap of users, and takes away those of ours that are not wanted any more. It is the one writer of them, and
 * writes nothing where all is as it has to be. A ConfigMap that is not there is made.
 *
 * @param names The users, by the common names of the peers' certificates.
 * @throws Error when another stack looks after them, or the ConfigMap cannot be read.
 */
export async function grantInConfigMap(
  api: ClusterApi,
  users: UsersOwner,
  names: readonly string[],
): Promise<GrantedUsers> {
  const { owner, last, cluster, cilium } = users;
  const { end, written } = await writeUntilDone(api, users, (live) => planGrant(live, names, owner, last));
  // A grant ends with what it has granted, or throws.
  const granted = end.kind === "done" ? end.granted : { configMap: "", added: [], found: [] };
  if (written !== undefined) {
    const has = granted.added.length === 0 ? "no user of ours" : `users ${firstFew(granted.added).join(", ")}`;
    const made = written === "create" ? " was made, and" : "";
    progress(`cluster ${JSON.stringify(cluster)}: ${usersName(cilium)}${made} has ${has}`);
    if (written === "create") await replaceStuckPods(api, cluster, cilium);
    // Into a pod that runs, its kubelet syncs the ConfigMap a minute later, unless something of the pod changes.
    await syncApiserverNow(api, cilium, cluster);
  }
  return granted;
}

/**
 * Takes away what {@link grantInConfigMap} has given, and nothing else: the ConfigMap itself where this stack has made it and nobody has put
 * anything there since; of another one our entries and our marks.
 *
 * @throws Error when the ConfigMap cannot be read.
 */
export async function revokeInConfigMap(api: ClusterApi, users: UsersOwner): Promise<void> {
  const { owner, last, cluster, cilium } = users;
  const { end, written } = await writeUntilDone(api, users, (live) => planRevoke(live, owner, last));
  const said = `cluster ${JSON.stringify(cluster)}: ${usersName(cilium)}`;
  if (end.kind === "leave") progress(`warning: ${said} is left as it is: ${end.why}`);
  else if (written === "delete") progress(`${said} was removed`);
  else if (written !== undefined) progress(`${said} has no user of ours any more, and keeps what others have there`);
}
