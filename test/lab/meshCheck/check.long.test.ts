import assert from "node:assert/strict";
import { z } from "zod";
import { parseCheckResult } from "../../../components/meshCheck/model/checkResult";
import { createAuthority, type LabCluster } from "../../../lab";
import type { Ended } from "../../support/command/runScript";
import { ownEtcd } from "../support/etcdUsers/ownEtcd";
import { twoClusters } from "../support/level";
import { meshed } from "../support/mesh";
import { check } from "../support/meshCheck/check";
import { changePeerFiles, withComment } from "../support/peers/peerSecret";
import { meshReady, peerNotReady } from "../support/peers/peers";
import { say, timed } from "../support/say";

/** What is wrong is there before the check begins, and stays: no time makes it well. */
const SECONDS = 5;

const DECLARED = { cluster1: 101, cluster2: 102 } as const;

/** The problems that the check lists of one cluster's agents and one peer; what it says while it waits is none of them. */
const linesAbout = ({ stderr }: Ended, cluster: string, peer: string): readonly string[] =>
  stderr
    .split("\n")
    .filter((line) => line.startsWith(`  - cluster "${cluster}": agent`) && line.includes(`peer "${peer}"`));

function failed(ended: Ended, cluster: LabCluster, peer: LabCluster, ...said: readonly RegExp[]): void {
  assert.equal(ended.code, 1, ended.stdout);
  const lines = linesAbout(ended, cluster.name, peer.name);
  assert.equal(lines.length, cluster.nodes.length, ended.stderr);
  say(lines[0]?.trim() ?? "");
  for (const line of lines) for (const pattern of said) assert.match(line, pattern);
}

const CONFIG = z.object({ id: z.number() }).loose();

/** Writes what a cluster says of itself in its own etcd. Returns what was there. */
async function sayOfItself(cluster: LabCluster, change: (config: string) => string): Promise<string> {
  const etcd = await ownEtcd(cluster);
  const name = `cilium/cluster-config/${cluster.name}`;
  const was = etcd("get", name, "--print-value-only");
  etcd("put", name, change(was));
  return was;
}

async function scaleOperator(cluster: LabCluster, replicas: number): Promise<void> {
  const operator = ["--namespace=kube-system", "deployment/cilium-operator"];
  await cluster.run(["scale", ...operator, `--replicas=${replicas}`]);
  await cluster.run(["rollout", "status", ...operator, "--timeout=60s"]);
  const gone = ["wait", "--for=delete", "pod", "--selector=io.cilium/app=operator", "--timeout=60s"];
  if (replicas === 0) await cluster.run(["--namespace=kube-system", ...gone]);
}

describe("the check of the mesh", function () {
  this.timeout("3m");
  let here: LabCluster;
  let there: LabCluster;

  before(async () => {
    [here, there] = await twoClusters();
    await meshed();
  });

  it("passes on a well mesh", async () => {
    const ended = await timed("check of a well mesh", () => check(DECLARED, 60));
    assert.equal(ended.code, 0, ended.stderr);
    const { readiness } = parseCheckResult(ended.stdout);
    const pairs = readiness.map((row) => ("peer" in row ? [row.cluster, row.peer, row.ready] : []));
    assert.deepEqual(pairs.sort(), [
      ["cluster1", "cluster2", true],
      ["cluster1", "cluster2", true],
      ["cluster2", "cluster1", true],
    ]);
  });

  it("names the declared id and the live one where they differ", async () => {
    const ended = await check({ ...DECLARED, cluster2: 112 }, SECONDS);
    failed(ended, here, there, /\b112\b/, /\b102\b/);
    assert.deepEqual(linesAbout(ended, there.name, here.name), []);
  });

  it("names a duplicate id as the cause", async () => {
    const duplicate = (json: string) => JSON.stringify({ ...CONFIG.parse(JSON.parse(json)), id: here.id });
    // The operator sets right at once what others write there.
    await scaleOperator(there, 0);
    let reconnected: (() => Promise<void>) | undefined;
    try {
      const was = await sayOfItself(there, duplicate);
      try {
        // An agent reads it when it connects.
        reconnected = await changePeerFiles(here, (files) => withComment(files, there.name));
        await peerNotReady(here, there);
        failed(await check(DECLARED, SECONDS), here, there, /duplicate id/, /\b101\b/);
      } finally {
        await sayOfItself(there, () => was);
      }
    } finally {
      await reconnected?.();
      await scaleOperator(there, 1);
      await meshReady([here, there]);
    }
  });

  it("names the CA as the cause where the agents were given another one", async () => {
    const { cert: other } = await createAuthority("another CA");
    const restore = await changePeerFiles(here, (files) => {
      const file =
        /trusted-ca-file: .*\/(\S+)/.exec(files[there.name] ?? "")?.[1] ?? assert.fail("no CA in the peer file");
      assert.ok(files[file]);
      return { [file]: other, ...withComment(files, there.name) };
    });
    try {
      await peerNotReady(here, there);
      failed(await check(DECLARED, SECONDS), here, there, /\bCA\b|authority/);
    } finally {
      await restore();
      await meshReady([here, there]);
    }
  });

  it("passes again when all is mended", async () => {
    assert.equal((await check(DECLARED, 60)).code, 0);
  });
});
