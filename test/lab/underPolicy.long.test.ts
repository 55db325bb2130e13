import assert from "node:assert/strict";
import { describeTraffic, trafficReport, type LabCluster, type Pinger } from "../../lab";
import {
  addTrafficClient,
  makeTrafficPods,
  removeTrafficPods,
  startTraffic,
  TRAFFIC_NAMESPACE,
} from "../support/cilium/crossNodeTraffic";
import { waitUntil } from "../support/waitUntil";
import { goesOn } from "./support/demo/traffic";
import { twoClusters } from "./support/level";
import { meshed, unmeshed } from "./support/mesh";
import { labRouting } from "./support/routing";
import { say } from "./support/say";

const STRANGER = "stranger";
const POLICY = "ciliumnetworkpolicy/only-the-client";

/**
 * A policy that was there before the mesh and means the same after it: it names its cluster by both names. A selector that names none means
 * the local cluster by its current name, and so nobody while identities still have the old one.
 */
const policy = (cluster: LabCluster): object => ({
  apiVersion: "cilium.io/v2",
  kind: "CiliumNetworkPolicy",
  metadata: { name: "only-the-client", namespace: TRAFFIC_NAMESPACE },
  spec: {
    description: "Only the client reaches the server",
    endpointSelector: { matchLabels: { app: "server" } },
    ingress: [
      {
        fromEndpoints: [
          {
            matchLabels: { app: "client" },
            matchExpressions: [
              { key: "io.cilium.k8s.policy.cluster", operator: "In", values: ["default", cluster.name] },
            ],
          },
        ],
        toPorts: [{ ports: [{ port: "6379", protocol: "TCP" }] }],
      },
    ],
  },
});

const ROW = 5;

/** Waits until so many attempts in a row, all begun after a moment, were answered, or were not. */
async function settled(what: string, pinger: Pinger, answered: boolean, seconds: number): Promise<void> {
  const since = Date.now();
  await waitUntil(what, seconds, () => {
    const last = pinger
      .attempts()
      .filter(({ at }) => at >= since)
      .slice(-ROW);
    return Promise.resolve(last.length === ROW && last.every((each) => each.answered === answered));
  });
}

/** A pinger gives every attempt a second. */
const LIMIT_MS = 1000;
const AFTERWARDS_MS = 2000;

describe("meshing under a policy that lets one client in", function () {
  this.timeout("6m");
  let cluster: LabCluster;
  const started: Pinger[] = [];
  let client: Pinger;
  let stranger: Pinger;
  let enforcedSince: number;

  const neverAnswered = (): void => {
    const since = stranger.attempts().filter(({ at }) => at >= enforcedSince);
    assert.ok(since.length > ROW);
    assert.deepEqual(
      since.filter(({ answered }) => answered).map(({ at }) => new Date(at).toISOString()),
      [],
    );
  };

  /** Does something and tells what the client lost meanwhile: figures, which depend on Cilium and are nobody's promise. */
  async function measure(what: string, work: () => Promise<unknown>): Promise<void> {
    const from = Date.now();
    await work();
    const to = Date.now() + AFTERWARDS_MS;
    await goesOn(client, to, LIMIT_MS);
    const report = trafficReport(client.attempts().filter(({ at }) => at >= from && at <= to));
    say(`the client during ${what} under a policy: ${describeTraffic(report)}`);
    process.stdout.write(
      `${JSON.stringify({ measured: `${what} under a policy, ${labRouting()}`, seconds: (to - from) / 1000, ...report })}\n`,
    );
    await settled("the client is answered again", client, true, 120);
    neverAnswered();
  }

  async function begin(name: string): Promise<Pinger> {
    const pinger = await startTraffic(cluster, name);
    started.push(pinger);
    return pinger;
  }

  before(async () => {
    await unmeshed();
    [cluster] = await twoClusters();
    await makeTrafficPods(cluster);
    await addTrafficClient(cluster, STRANGER);
    // Both begin with an answer: without the policy everybody is let in.
    client = await begin("client");
    stranger = await begin(STRANGER);
  });

  after(async () => {
    await Promise.all(started.map((pinger) => pinger.stop()));
    await removeTrafficPods(cluster);
  });

  it("begins with a policy that works", async () => {
    await cluster.run(["apply", "--filename=-"], { stdin: JSON.stringify(policy(cluster)) });
    await settled("the stranger is kept out", stranger, false, 30);
    await settled("the client is let in", client, true, 30);
    enforcedSince = Date.now();
  });

  it("lets the client in again after up, and the stranger never", async () => {
    await measure("up", meshed);
  });

  it("lets the client in again after destroy, and the stranger never", async () => {
    await measure("destroy", unmeshed);
  });

  it("kept the stranger out by nothing but the policy", async () => {
    neverAnswered();
    await cluster.run(["delete", POLICY, `--namespace=${TRAFFIC_NAMESPACE}`]);
    await settled("the stranger is let in without the policy", stranger, true, 30);
  });
});
