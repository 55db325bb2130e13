import { z } from "zod";
import { readClaims } from "../inspection";
import { Kubectl, KubectlError } from "../kubectl";
import { FIELD_MANAGER } from "../model/agentConfig";
import { parseList, parseOccupied } from "../model/liveCluster";
import { recordedPaths } from "../model/pathVerdict";
import { planRestoration, recordOriginals, restorationPatches, type Originals } from "../model/originals";
import { occupiedProblem } from "../model/preflight/objects";
import { formatProblems } from "../model/problem";
import { forgetPeers, waitForRollOut } from "./agents";
import { pathsBeforehand } from "./pathRecord";
import { accessTo, ciliumObjects, dispatch, previousOutput, progress, readInput, readKubeconfigs } from "./protocol";

const claim = z.object({ resource: z.string(), name: z.string(), namespace: z.string().exactOptional() });

const configOriginals: z.ZodType<Originals> = z.record(
  z.string(),
  z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("absent") }),
    z.object({ kind: z.literal("value"), value: z.string(), managers: z.array(z.string()) }),
  ]),
);

/** What `record` prints and the state keeps. */
const recordedState = z.object({
  config: configOriginals,
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
  /** Whether a check will want to know what worked before. */
  probePaths: z.boolean().default(false),
  rollOut: z.object({ await: z.boolean(), timeoutSeconds: z.number() }),
});

const TRIES_AGAINST_OTHER_WRITERS = 5;

const given = readInput(input);
const { cluster, names, desired } = given;
const inNamespace = ["-n", names.namespace] as const;

async function withCluster<T>(use: (kubectl: Kubectl) => Promise<T>): Promise<T> {
  try {
    return await Kubectl.with(accessTo(cluster, await readKubeconfigs()), use);
  } catch (error) {
    throw new Error(`cluster "${cluster.name}": ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function readConfigMap(kubectl: Kubectl) {
  const name = `configmap/${names.configMap}`;
  const json = await kubectl.run(["get", name, "-n", names.namespace, "--show-managed-fields", "-o", "json"]);
  const [object] = parseList(`{"items":[${json}]}`);
  if (object === undefined) {
    throw new Error(`${name} not found`);
  }
  return {
    data: object.data ?? {},
    managedFields: object.metadata.managedFields ?? [],
    version: object.metadata.resourceVersion,
  };
}

/** Objects under our names that somebody else made: the last guard before they would be written to. */
async function refuseForeignObjects(kubectl: Kubectl): Promise<void> {
  const there = parseOccupied(await readClaims(kubectl, given.claims, 30_000));
  const problems = there.flatMap(
    (object) => occupiedProblem(cluster.name, object, given.owner, given.peerSecret) ?? [],
  );
  if (problems.length > 0) {
    throw new Error(formatProblems("objects of somebody else are in the way", problems));
  }
}

/** Writes back what is still ours to restore, against whoever else may be writing; names what is left alone. */
async function restoreOriginals(kubectl: Kubectl, kept: Originals): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const { data, version } = await readConfigMap(kubectl);
    const plan = planRestoration(kept, desired, data, FIELD_MANAGER);
    const [patch] = restorationPatches(plan, FIELD_MANAGER);
    if (patch === undefined) {
      for (const step of plan) {
        if (step.kind === "leave") {
          progress(
            `cluster "${cluster.name}": ${names.configMap} ${step.key} is ${JSON.stringify(step.live)} by now and is left so`,
          );
        }
      }
      return;
    }
    const body = JSON.stringify({ metadata: { resourceVersion: version }, data: patch.data });
    const target = ["patch", `configmap/${names.configMap}`, "-n", names.namespace];
    try {
      await kubectl.run([...target, "--type=merge", `--field-manager=${patch.manager}`, "--patch", body]);
      progress(`cluster "${cluster.name}": ${names.configMap} ${Object.keys(patch.data).join(", ")} restored`);
    } catch (error) {
      const conflict = error instanceof KubectlError && error.message.includes("Conflict");
      if (!conflict || attempt === TRIES_AGAINST_OTHER_WRITERS) {
        throw error;
      }
    }
  }
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
  if (
    secret === undefined ||
    recorded().adoptedSecret !== "absent" ||
    !(await kubectl.exists(`secret/${secret}`, names.namespace))
  ) {
    return;
  }
  const [left] = parseList(
    `{"items":[${await kubectl.run(["get", `secret/${secret}`, ...inNamespace, "-o", "json"])}]}`,
  );
  if (Object.keys(left?.data ?? {}).length === 0) {
    await kubectl.run(["delete", `secret/${secret}`, ...inNamespace, "--ignore-not-found"]);
  }
}

async function restore(kubectl: Kubectl): Promise<void> {
  if (await kubectl.exists(`configmap/${names.configMap}`, names.namespace)) {
    await restoreOriginals(kubectl, recorded().config);
  } else {
    progress(`cluster "${cluster.name}": ConfigMap ${names.namespace}/${names.configMap} is gone, nothing to restore`);
  }
}

void dispatch({
  /** Prints the originals, which the state keeps. Fails where the patches that follow would create or take over something. */
  record: () =>
    withCluster(async (kubectl) => {
      await refuseForeignObjects(kubectl);
      const { data, managedFields } = await readConfigMap(kubectl);
      const config = recordOriginals(data, managedFields, Object.keys(desired));
      const paths = given.probePaths ? await pathsBeforehand(kubectl, cluster.name, names) : undefined;
      return JSON.stringify({ config, ...(await secretPresence(kubectl)), paths });
    }),
  /** Keeps the first originals: by now the cluster has our values. */
  keep: () =>
    withCluster(async (kubectl) => {
      await refuseForeignObjects(kubectl);
      return previousOutput();
    }),
  /** Returns when agents and operator run with the new name and id. */
  settle: () =>
    withCluster(async (kubectl) => {
      if (given.rollOut.await) {
        await waitForRollOut(kubectl, cluster.name, names, given.rollOut.timeoutSeconds);
      }
      return "";
    }),
  /** First half of the way back: without peers, and with the old values before the agents roll again. */
  restore: () =>
    withCluster(async (kubectl) => {
      if (given.rollOut.await) {
        await forgetPeers(kubectl, cluster.name, names, given.rollOut.timeoutSeconds);
      }
      await restore(kubectl);
      return "";
    }),
  /** Second half: once more after the patches are gone, for those that were interrupted before the first half existed. */
  release: () =>
    withCluster(async (kubectl) => {
      await restore(kubectl);
      await removeLeftSecret(kubectl);
      if (given.rollOut.await) {
        await waitForRollOut(kubectl, cluster.name, names, given.rollOut.timeoutSeconds);
      }
      return "";
    }),
});
