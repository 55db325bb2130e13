import type { LabCluster } from "../../../lab";
import { TRAFFIC_NAMESPACE } from "../../support/cilium/crossNodeTraffic";
import { snapshot } from "../../support/kubernetes/snapshot";
import { adoptEtcdAuthorities, localConfig } from "../../support/stacks/localStack";
import { succeeded, type PulumiStack, type Run } from "../../support/stacks/pulumi";
import { agentState } from "./cilium/agentState";
import { level } from "./level";
import { say, timed } from "./say";

/** The stack `local`, and how it came up. */
export interface Mesh {
  readonly stack: PulumiStack;
  readonly up: Run;
  /** The clusters before anything was brought up. */
  readonly before: readonly object[];
  /** What their agents and etcds knew then. */
  readonly agentsBefore: readonly object[];
}

let stack: Promise<PulumiStack> | undefined;
let mesh: Promise<Mesh> | undefined;

async function makeStack(): Promise<PulumiStack> {
  const { lab, workstation } = await level();
  const made = workstation.stack("local");
  await made.init(await localConfig(lab.clusters));
  await adoptEtcdAuthorities(made, lab.clusters);
  return made;
}

/** The stack with its configuration, whether or not it is up. */
export function localStack(): Promise<PulumiStack> {
  stack ??= makeStack();
  return stack;
}

const STEP = /^ *[-+~]+ +\S+ (\S+) (?:created|updated|deleted) \((\d+)s\)/gm;
const TOLD = 4;

/** Runs an operation of the stack, and tells what of it took longest. */
async function operate(what: string, operation: () => Promise<Run>): Promise<Run> {
  const run = succeeded(await timed(what, operation));
  const steps = [...run.text.matchAll(STEP)].map(([, name = "", seconds = ""]) => ({ name, seconds: Number(seconds) }));
  const slowest = steps.toSorted((one, other) => other.seconds - one.seconds).slice(0, TOLD);
  say(`  of it ${slowest.map(({ name, seconds }) => `${name} ${seconds} s`).join(", ")}`);
  return run;
}

/** Every object of a cluster that a mesh could touch, field by field; without the tests' own traffic, which comes and goes. */
export async function objectsOf(cluster: LabCluster): Promise<object> {
  const objects = Object.entries(await snapshot(cluster));
  return Object.fromEntries(objects.filter(([key]) => !key.includes(`/${TRAFFIC_NAMESPACE}`)));
}

/** The objects of every cluster of the level. */
export async function clustersNow(): Promise<readonly object[]> {
  return Promise.all((await level()).lab.clusters.map(objectsOf));
}

/** What agents and etcds of every cluster know. */
export async function agentsNow(): Promise<readonly object[]> {
  return Promise.all((await level()).lab.clusters.map(agentState));
}

async function bringUp(): Promise<Mesh> {
  const own = await localStack();
  const before = await clustersNow();
  const agentsBefore = await agentsNow();
  return { stack: own, before, agentsBefore, up: await operate("pulumi up", () => own.up()) };
}

/** The mesh with its demo, brought up unless it is there. */
export function meshed(): Promise<Mesh> {
  mesh ??= bringUp();
  return mesh;
}

/** Takes the mesh down, be it whole or half, if anything of it was brought up. */
export async function unmeshed(): Promise<void> {
  if (mesh === undefined) return;
  await mesh.catch(() => undefined);
  const own = await localStack();
  await operate("pulumi destroy", () => own.destroy());
  mesh = undefined;
}
