import { z } from "zod";
import { readClaims } from "../inspection";
import { Kubectl } from "../kubectl";
import { KubectlError } from "../kubectlError";
import { ID_KEY, NAME_KEY } from "../model/agentConfig";
import { parseOccupied, type Occupied } from "../model/liveCluster";
import { recordedPaths } from "../model/pathVerdict";
import { recordedOriginals, recordOriginals } from "../model/originals";
import { withAdvice } from "../model/lostCluster";
import { identityChange, identityIn } from "../model/preflight/identity";
import { occupiedProblem } from "../model/preflight/objects";
import { formatProblems } from "../model/problem";
import { waitForRollOut } from "./agents";
import { askedAgain } from "./askedAgain";
import { ensureApplied } from "./ensureApplied";
import { errorMessage } from "./errorMessage";
import { goneVerbs } from "./goneMember";
import { forgetPeers, leaveName, removeNamedKeys, rolled, secretFiles, type Leaving } from "./leaving";
import { configMapIn, readConfigMap, restoreOriginals, type LiveConfig } from "./originals";
import { pathsBeforehand } from "./pathRecord";
import { accessTo, ciliumObjects, dispatch, previousOutput, readInput, readKubeconfigs } from "./protocol";
import { restartOutdated } from "./restartOutdated";
import { annotate, isAnnotated } from "./rollOutAnnotation";

const claim = z.object({ resource: z.string(), name: z.string(), namespace: z.string().exactOptional() });

/** What `record` prints and the state keeps. */
const recordedState = z.object({
  config: recordedOriginals,
  /** Whether the Secret that is to be adopted was there; a patch creates a missing one and never removes it. */
  adoptedSecret: z.enum(["present", "absent"]).optional(),
  /** The paths between the cluster's nodes; absent without agents, without a check, and in states of earlier versions. */
  paths: recordedPaths.optional(),
});

type RecordedState = z.infer<typeof recordedState>;

/** The input that all verbs share; `originals` is what `record` has printed and is given to the later verbs. */
const input = z.object({
  cluster: z.object({ name: z.string(), context: z.string().optional() }),
  names: ciliumObjects,
  desired: z.record(z.string(), z.string()),
  claims: z.array(claim).default([]),
  /** The Secret with the peer files, where it is adopted. */
  adoptedSecret: z.string().optional(),
  owner: z.string(),
  peerSecret: z.string(),
  originals: z.string().default(""),
  conflicts: z.enum(["refuse", "overwrite"]).default("refuse"),
  /** Whether a check will want to know what worked before. */
  probePaths: z.boolean().default(false),
  rollOut: z.object({ await: z.boolean(), timeoutSeconds: z.number() }),
  maxConnectedClusters: z.literal([255, 511]).default(255),
  /** The cluster will not answer any more, and is not asked. */
  gone: z.boolean().default(false),
});

const given = readInput(input);
const { cluster, names, desired } = given;

async function withCluster<T>(use: (kubectl: Kubectl) => Promise<T>): Promise<T> {
  try {
    return await Kubectl.with(accessTo(cluster, await readKubeconfigs()), use, askedAgain(cluster.name));
  } catch (error) {
    const why = error instanceof KubectlError ? withAdvice(error.message) : errorMessage(error);
    throw new Error(`cluster "${cluster.name}": ${why}`);
  }
}

/** A meshed cluster that would get another name or id: the last guard, for previews can be made without live checks. */
function refuseOtherIdentity(config: Readonly<Record<string, string>>): void {
  const change = identityChange(identityIn(config), identityIn(desired));
  if (change !== undefined) {
    throw new Error(formatProblems("it has to leave the mesh first", [{ cluster: cluster.name, ...change }]));
  }
}

/** Objects under our names that somebody else made: the last guard before they would be written to. */
function refuseForeignObjects(there: readonly Occupied[]): void {
  const problems = there.flatMap(
    (object) => occupiedProblem(cluster.name, object, given.owner, given.peerSecret) ?? [],
  );
  if (problems.length > 0) {
    throw new Error(formatProblems("objects of somebody else are in the way", problems));
  }
}

/** Looks at the cluster before anything is written to it: what is in the way is refused. */
async function look(kubectl: Kubectl): Promise<LiveConfig | undefined> {
  const { namespace, configMap } = names;
  const wanted = [...given.claims, { resource: "configmap", name: configMap, namespace }];
  const list = await readClaims((args) => kubectl.read(args), wanted);
  refuseForeignObjects(parseOccupied(list).filter(({ kind }) => kind !== "ConfigMap"));
  const live = configMapIn(list, names);
  refuseOtherIdentity(live?.data ?? {});
  return live;
}

/** What `record` printed. The resource itself has it as its previous output, the later resource as input. */
function recorded(): RecordedState {
  return recordedState.parse(JSON.parse(given.originals === "" ? previousOutput() : given.originals));
}

async function secretPresence(kubectl: Kubectl): Promise<Pick<RecordedState, "adoptedSecret">> {
  if (given.adoptedSecret === undefined) {
    return {};
  }
  return {
    adoptedSecret: (await kubectl.exists(`secret/${given.adoptedSecret}`, names.namespace)) ? "present" : "absent",
  };
}

/** Removes the empty Secret that a patch has left, where there was none before. One that somebody has filled since stays. */
async function removeLeftSecret(kubectl: Kubectl): Promise<void> {
  const secret = given.adoptedSecret;
  if (secret === undefined || recorded().adoptedSecret !== "absent") {
    return;
  }
  if ((await secretFiles(kubectl, names.namespace, secret)).size === 0) {
    await kubectl.once(["delete", `secret/${secret}`, "-n", names.namespace, "--ignore-not-found"]);
  }
}

/** What the cluster is called, and by which id, once the originals are back: the same as in the mesh where it was installed so. */
async function afterRestoration(
  kubectl: Kubectl,
): Promise<{ readonly renamed: boolean; readonly renumbered: boolean }> {
  const config = await readConfigMap(kubectl, names);
  return {
    renamed: config !== undefined && config.data[NAME_KEY] !== desired[NAME_KEY],
    renumbered: config !== undefined && config.data[ID_KEY] !== desired[ID_KEY],
  };
}

const leaving: Leaving = {
  name: cluster.name,
  id: Number(desired[ID_KEY]),
  maxConnectedClusters: given.maxConnectedClusters,
  names,
};

const { timeoutSeconds } = given.rollOut;

/** The originals back, and agents that run with them. Goes on where it was interrupted; does nothing where all of it is done. */
async function giveBack(kubectl: Kubectl): Promise<void> {
  const written = await restoreOriginals(kubectl, cluster.name, names, recorded().config, desired);
  if (!given.rollOut.await || !(await afterRestoration(kubectl)).renamed) {
    await annotate(kubectl, names, null);
  } else if (written || (await isAnnotated(kubectl, names))) {
    await leaveName(kubectl, leaving, timeoutSeconds);
  }
}

const verbs = {
  /** Prints the originals, which the state keeps. Fails where the patches that follow would create or take over something. */
  record: () =>
    withCluster(async (kubectl) => {
      const live = await look(kubectl);
      if (live === undefined) {
        throw new Error(`ConfigMap ${names.namespace}/${names.configMap} not found`);
      }
      const config = recordOriginals(live.data, live.managedFields, Object.keys(desired));
      const paths = given.probePaths ? await pathsBeforehand(kubectl, cluster.name, names) : undefined;
      return JSON.stringify({ config, ...(await secretPresence(kubectl)), paths });
    }),
  /** Keeps the first originals: by now the cluster has our values. */
  keep: () =>
    withCluster(async (kubectl) => {
      await look(kubectl);
      return previousOutput();
    }),
  /** Returns when name and id are as they were set, and agents and operator run with them. */
  settle: () =>
    withCluster(async (kubectl) => {
      const set = { ...given, cluster: cluster.name, timeoutSeconds };
      await ensureApplied(kubectl, { ...set, originals: () => recorded().config });
      if (given.rollOut.await) {
        await waitForRollOut(kubectl, cluster.name, names, timeoutSeconds);
        await restartOutdated(kubectl, set);
      }
      return "";
    }),
  /** First half of the way back: without peers, with the old values, and without nodes under the name that was given. */
  restore: () =>
    withCluster(async (kubectl) => {
      if (given.rollOut.await) {
        await forgetPeers(kubectl, leaving, given.peerSecret);
      }
      await giveBack(kubectl);
      return "";
    }),
  /**
   * Second half, after the patches are gone: the same for those that were interrupted before the first half existed, then what else has the
   * cluster's name or id in etcd.
   */
  release: () =>
    withCluster(async (kubectl) => {
      await giveBack(kubectl);
      await removeLeftSecret(kubectl);
      if (given.rollOut.await) {
        await rolled(kubectl, leaving, timeoutSeconds);
        const { renamed, renumbered } = await afterRestoration(kubectl);
        if (renamed && renumbered) {
          await removeNamedKeys(kubectl, leaving);
        }
      }
      return "";
    }),
};

const { claims } = given;
void dispatch(
  given.gone ? goneVerbs({ cluster: cluster.name, names, claims, originals: () => recorded().config }) : verbs,
);
