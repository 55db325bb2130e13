import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { join, resolve } from "node:path";
import { INPUT_VARIABLE } from "../../../components/commands/protocol";
import type { Readiness } from "../../../components/model/agentStatus";
import { DEFAULT_CILIUM_OBJECTS } from "../../../components/model/agentConfig";
import { agentStatusJson } from "../support/fixtures";
import { fakeKubectl, type FakeKubectl } from "../../support/fakeKubectl";

const ROOT = resolve(__dirname, "..", "..", "..");
const SCRIPT = join(ROOT, "components", "commands", "meshCheck.ts");

const MEMBERS = [
  { name: "cluster1", id: 101 },
  { name: "cluster2", id: 102 },
  { name: "cluster3", id: 103 },
];

function recorded(clusterMesh: string): object {
  return JSON.parse(agentStatusJson(clusterMesh)) as object;
}

/** The recorded status of an agent of cluster1, as an agent of another cluster would have it. */
function asSeenFrom(cluster: string, status: object): object {
  const other = (name: string) => (name === cluster ? "cluster1" : name);
  const id = (value: number) => (value === 100 + Number(cluster.slice(-1)) ? 101 : value);
  return JSON.parse(
    JSON.stringify(status, (key, value: unknown) => {
      if (key === "name" && typeof value === "string") {
        return other(value);
      }
      return key === "cluster-id" && typeof value === "number" ? id(value) : value;
    }),
  ) as object;
}

async function check(kubectl: FakeKubectl, timeoutSeconds: number) {
  const input = {
    members: MEMBERS.map((each) => ({ ...each, context: each.name })),
    names: DEFAULT_CILIUM_OBJECTS,
    timeoutSeconds,
  };
  const child = spawn(process.execPath, ["--import", "tsx", SCRIPT, "check"], {
    cwd: ROOT,
    env: { ...kubectl.env, [INPUT_VARIABLE]: JSON.stringify(input) },
    stdio: ["pipe", "pipe", "pipe"],
  });
  child.stdin.end();
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const code = await new Promise<number | null>((done) => child.on("close", done));
  return { code, stdout, stderr };
}

describe("the command that checks a mesh", function () {
  this.timeout("30s");
  let kubectl: FakeKubectl | undefined;

  afterEach(async () => {
    await kubectl?.remove();
  });

  const ready = recorded("ready");
  const others = { cluster2: asSeenFrom("cluster2", ready), cluster3: asSeenFrom("cluster3", ready) };

  it("prints how every agent sees every peer, once all are ready", async () => {
    kubectl = await fakeKubectl({ cluster1: ready, ...others });
    const { code, stdout, stderr } = await check(kubectl, 5);
    assert.equal(code, 0, stderr);
    const table = JSON.parse(stdout) as readonly Readiness[];
    assert.equal(table.length, 6);
    assert.ok(table.every((line) => line.ready && line.cluster !== line.peer));
    const hurried = (await kubectl.calls()).filter((args) => args.includes("annotate"));
    assert.equal(hurried.length, 3);
  });

  it("fails when the time is up, names agent, peer and cause, and shows what troubleshoot says there", async () => {
    kubectl = await fakeKubectl({ cluster1: recorded("wrong-id"), ...others });
    const { code, stdout, stderr } = await check(kubectl, 1);
    assert.equal(code, 1);
    assert.equal(stdout, "");
    assert.match(stderr, /the mesh is not ready after 1 s/);
    assert.match(
      stderr,
      /cluster "cluster1": agent cilium-cluster1 on node node1, peer "cluster2" has id 112, declared is 102/,
    );
    assert.match(stderr, /troubleshooting in cluster1/);
    assert.doesNotMatch(stderr, /troubleshooting in cluster2/);
  });

  it("takes an agent that cannot be asked for one that is not ready", async () => {
    kubectl = await fakeKubectl({ cluster1: ready, cluster2: others.cluster2 });
    const { code, stderr } = await check(kubectl, 1);
    assert.equal(code, 1);
    assert.match(stderr, /cluster "cluster3": agent cilium-cluster3 on node node1, peer "cluster1"/);
  });
});
