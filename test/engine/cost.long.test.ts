import assert from "node:assert/strict";
import { meshConfig } from "../support/stacks/meshConfig";
import { succeeded, type PulumiStack } from "../support/stacks/pulumi";
import { readState } from "../support/stacks/stackState";
import { engine, labClusters } from "./support/engine";

/** What a state of so many clusters takes. */
interface Size {
  readonly clusters: number;
  readonly resources: number;
  readonly registrations: number;
  readonly bytes: number;
}

/**
 * Of the stack, three default providers (one reads the stack's own outputs), the mesh, its CA's key and certificate, and the step that has every
 * cluster looked at before any is written.
 */
const OF_MESH = 8;
/**
 * Component, provider, two leaves of three (key, request, certificate), two Secrets, original config, roll-out, objects, policy check. No check: the lab
 * has no nodes.
 */
const OF_CLUSTER = 14;
/** Without what grows with the number of peers; measured: 69,558 to 85,700. Certificates differ by a few bytes from run to run. */
const BYTES_OF_CLUSTER = 88_000;
/** A peer's file is in the state of a Secret three times, encrypted; measured without its ranges: 1,305 to 1,316. */
const BYTES_OF_PEER_FILE = 1_400;
/** The ranges of a peer are in the state of a policy check twice, encrypted: 38 characters here, which take 4/3 of that. */
const BYTES_OF_RANGES = Math.ceil((2 * 38 * 4) / 3);
const BYTES_OF_PEER = BYTES_OF_PEER_FILE + BYTES_OF_RANGES;

const SIZES = [2, 3, 5] as const;

describe("what a mesh costs", function () {
  this.timeout("5m");
  let stack: PulumiStack;
  const sizes: Size[] = [];

  async function grow(count: number): Promise<Size> {
    await stack.configure(meshConfig(await labClusters(count)));
    const { steps } = succeeded(await stack.up());
    const state = await stack.export();
    return {
      clusters: count,
      resources: readState(state).urns.length,
      registrations: steps.filter(({ op }) => !op.startsWith("delete")).length,
      bytes: JSON.stringify(JSON.parse(state)).length,
    };
  }

  before(async () => {
    stack = (await engine()).workstation.stack("cost");
    await stack.init(meshConfig(await labClusters(SIZES[0])));
    for (const count of SIZES) sizes.push(await grow(count));
    process.stdout.write(`    cost: ${JSON.stringify(sizes)}\n`);
  });

  after(async () => {
    succeeded(await stack.destroy());
  });

  it("is as many resources a cluster as were decided on, and no more for its peers", () => {
    assert.deepEqual(
      sizes.map(({ resources }) => resources),
      SIZES.map((n) => OF_MESH + OF_CLUSTER * n),
    );
  });

  it("is one registration for each resource", () => {
    assert.deepEqual(
      sizes.map(({ registrations }) => registrations),
      sizes.map(({ resources }) => resources),
    );
  });

  it("is a state that grows by what a cluster and a peer may take", () => {
    // bytes(n) = mesh + cluster · n + peer · n², from three sizes.
    const [a, b, c] = sizes;
    assert.ok(a !== undefined && b !== undefined && c !== undefined);
    const slope = (from: Size, to: Size) => (to.bytes - from.bytes) / (to.clusters - from.clusters);
    const peer = (slope(b, c) - slope(a, b)) / (c.clusters - a.clusters);
    const cluster = slope(a, b) - peer * (a.clusters + b.clusters);
    process.stdout.write(`    cost: ${cluster.toFixed(0)} bytes a cluster, and ${peer.toFixed(0)} for each peer\n`);
    assert.ok(cluster <= BYTES_OF_CLUSTER, String(cluster));
    assert.ok(peer <= BYTES_OF_PEER, String(peer));
  });

  it("is nothing to do where nothing has changed", async () => {
    const { steps } = succeeded(await stack.up("--expect-no-changes"));
    assert.equal(steps.length, sizes.at(-1)?.resources);
  });
});
