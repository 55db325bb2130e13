import assert from "node:assert/strict";
import type { LabCluster } from "../../../lab";
import { snapshots } from "../../support/kubernetes/snapshot";
import { meshConfig } from "../../support/stacks/meshConfig";
import type { PulumiStack } from "../../support/stacks/pulumi";
import { engine, labClusters } from "./engine";

/** A stack of which nothing is up yet, and its clusters as they were found. */
export interface NewStack {
  readonly stack: PulumiStack;
  readonly clusters: readonly LabCluster[];
  readonly untouched: readonly Readonly<Record<string, object>>[];
}

/** A stack over the first clusters of the lab. */
export async function newStack(
  name: string,
  count: number,
  extra: Readonly<Record<string, unknown>> = {},
): Promise<NewStack> {
  const clusters = await labClusters(count);
  const untouched = await snapshots(clusters);
  const stack = (await engine()).workstation.stack(name);
  await stack.init(meshConfig(clusters, extra));
  return { stack, clusters, untouched };
}

/** A stack of a program of one's own, whose configuration has a mesh, and its clusters as they were found. */
export interface NewProgram extends NewStack {
  readonly mesh: Readonly<Record<string, unknown>>;
}

/** A stack of a program of one's own over the first two clusters of the lab. */
export async function newProgram(
  program: string,
  name: string,
  env: Readonly<Record<string, string>> = {},
): Promise<NewProgram> {
  const clusters = await labClusters(2);
  const untouched = await snapshots(clusters);
  const mesh = meshConfig(clusters);
  const stack = await (await engine()).workstation.stackOf(program, name, env);
  await stack.init({ mesh });
  return { stack, clusters, untouched, mesh };
}

/** A stack over two clusters, each of them at hand. */
export interface NewPair extends NewStack {
  readonly first: LabCluster;
  readonly second: LabCluster;
}

/** A stack over the first two clusters of the lab. */
export async function newPair(name: string): Promise<NewPair> {
  const made = await newStack(name, 2);
  const [first = assert.fail(), second = assert.fail()] = made.clusters;
  return { ...made, first, second };
}
