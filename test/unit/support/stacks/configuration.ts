import assert from "node:assert/strict";
import { readConfiguration } from "../../../../stacks/configuration/configuration";
import type { Configuration } from "../../../../stacks/configuration/schema";
import { lines } from "../mesh/mesh";

/** The nth cluster of a configuration without a fault. */
export function clusterConfiguration(n: number, over: object = {}): object {
  return {
    id: 100 + n,
    context: `context${String(n)}`,
    etcd: { endpoints: [`https://10.1.${String(n)}.1:2379`] },
    podCIDRs: [`10.${String(100 + n)}.0.0/16`],
    nodeCIDRs: [`10.1.${String(n)}.0/24`],
    ...over,
  };
}

/** Two clusters as configured; `first` puts a fault into the first. */
export function clusters(first: object = {}): Readonly<Record<string, object>> {
  return { cluster1: clusterConfiguration(1, first), cluster2: clusterConfiguration(2) };
}

/** The texts that Pulumi keeps for these values: JSON, but for texts. */
export function texts(values: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]),
  );
}

/** What is wrong with the form of these values, as a person reads it. */
export function complaints(values: Readonly<Record<string, unknown>>): readonly string[] {
  return lines(readConfiguration(texts(values)).problems);
}

/** The configuration of these values, which have two clusters unless they say otherwise, and no fault. */
export function configuration(values: Readonly<Record<string, unknown>> = {}): Configuration {
  const { problems, readable } = readConfiguration(texts({ clusters: clusters(), ...values }));
  assert.deepEqual(lines(problems), []);
  assert.ok(readable);
  return readable;
}
