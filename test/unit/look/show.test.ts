import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PLAIN } from "../../../look/model/paint";
import { outputsView } from "../../../look/model/outputsView";
import { pairState, type MeshView } from "../../../look/model/view";
import { pulumiEnvironment } from "../../../look/pulumiCli";
import { show, type ShowOptions } from "../../../look/show";

const NOW = new Date("2026-12-01T00:00:00Z");
const row = (cluster: string, agent: string, peer: string, ready = true) => ({
  cluster,
  agent,
  node: "n",
  peer,
  ready,
  nodes: 1,
  identities: 2,
  why: ready ? "" : "not connected: cut",
});

const OUTPUTS = {
  clusters: [
    { name: "a", id: 1, publishes: "kvstore", reads: "direct", endpoints: [], podCIDRs: [], nodeCIDRs: [] },
    { name: "b", id: 2, publishes: "apiserver", reads: "cached", endpoints: [], podCIDRs: [], nodeCIDRs: [] },
  ],
  readiness: [row("a", "a1", "b"), row("a", "a2", "b", false), row("b", "b1", "a")],
  certificates: { a: [{ subject: "CN=remote", issuer: "mesh.ca", expires: "2027-12-01T00:00:00Z" }] },
  authorities: [{ authority: "mesh.ca", subject: "CN=ca", expires: "2036-01-01T00:00:00Z", signs: true, id: 1 }],
  demo: [
    {
      client: "a/x/employee",
      path: "podIP",
      expectedBefore: "PONG",
      seenBefore: "PONG",
      expectedAfter: "PONG",
      seenAfter: "dropped",
    },
  ],
  paths: [
    { cluster: "a", kind: "probed", working: 1, of: 2, broken: ["n1 → n2"] },
    { kind: "others", clusters: 3, working: 1, of: 1 },
  ],
  stalePods: [{ cluster: "b", pod: "shop/cart" }],
  signing: "[secret]",
};
const HISTORY = [{ kind: "update", result: "succeeded", endTime: "2026-11-30T12:00:00.000Z", version: 7 }];

describe("show, of a stack's outputs", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "show-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  async function shown(options: ShowOptions = { json: false }, history: unknown = HISTORY, outputs: unknown = OUTPUTS) {
    const asked: string[] = [];
    let text = "";
    const pulumi = (args: readonly string[]) => {
      asked.push(args.join(" "));
      if (args[1] === "history" && history === null) return Promise.reject(new Error("error: no history"));
      return Promise.resolve(JSON.stringify(args[1] === "history" ? history : outputs));
    };
    const code = await show("test", options, { write: (some) => (text += some), paint: PLAIN }, pulumi, NOW);
    return { code, text, asked };
  }

  it("has clusters with their modes, pairs, ends, the last change and the demo", async () => {
    const { code, text, asked } = await shown();
    assert.equal(code, 0);
    assert.match(text, /last change: update succeeded, 2026-11-30T12/);
    assert.match(text, /^a +1 +kvstore +1\/2$/m);
    assert.match(text, /^b +2 +clustermesh-apiserver, KVStoreMesh +1\/1$/m);
    assert.match(text, /1 of 2 pairs ready/);
    assert.match(text, /a → b: 1 of 2 ready; not connected: cut/);
    assert.match(text, /^365 +2027-12-01 +a +issued +CN=remote$/m);
    assert.match(text, /^a\/x\/employee +podIP +PONG +PONG +PONG +dropped$/m);
    assert.match(text, /cluster "a": path n1 → n2 does not work/);
    assert.match(text, /cluster "b": pod shop\/cart keeps an identity/);
    assert.deepEqual(asked, ["stack output --json --stack=test", "stack history --json --page-size=1 --stack=test"]);
  });

  it("never has what the outputs have of secrets", async () => {
    const { text } = await shown({ json: true });
    assert.ok(!text.includes("secret"));
    assert.ok(!(await shown()).asked.some((line) => line.includes("--show-secrets")));
  });

  it("says that the last change cannot be read, and shows the rest", async () => {
    const { code, text } = await shown({ json: false }, null);
    assert.equal(code, 0);
    assert.match(text, /not seen \(1\)\n {2}- the last change: error: no history/);
  });

  it("writes pictures where they are wanted", async () => {
    const svg = join(folder, "new");
    await shown({ json: false, svg });
    assert.deepEqual(readdirSync(svg).sort(), ["demo.svg", "mesh.svg"]);
    assert.match(readFileSync(join(svg, "demo.svg"), "utf8"), /dropped, not PONG/);
    await shown({ json: false, svg: join(folder, "other") }, HISTORY, { ...OUTPUTS, demo: undefined });
    assert.deepEqual(readdirSync(join(folder, "other")), ["mesh.svg"]);
  });

  it("says of a stack without outputs what to run, shows one without a mesh, and refuses outputs of another form", async () => {
    await assert.rejects(
      shown({ json: false }, [], {}),
      /^Error: stack test has no outputs: nothing is deployed, .*\npulumi up --stack test meshes its clusters; npm run status -- --stack test /,
    );
    assert.match((await shown({ json: false }, [], { registry: {} })).text, /stack test: 0 clusters/);
    await assert.rejects(shown({ json: false }, [], { clusters: "none" }), /are of another version of the program/);
    await assert.rejects(shown({ json: false }, [], "x"), /are of another version of the program/);
  });
});

describe("model: outputs of a large mesh", () => {
  const states = ({ pairs }: MeshView, from: string) =>
    pairs.filter((pair) => pair.from === from).map((pair) => [pair.to, pairState(pair)]);
  const clusters = ["a", "b", "c"].map((name, index) => ({ name, id: index + 1 }));

  it("have rows by cluster: what they name is not ready, the rest is", () => {
    const readiness = [{ cluster: "a", agents: 4, peers: 2, ready: false, notReady: ["c"] }];
    assert.deepEqual(states(outputsView("s", { clusters, readiness }, undefined, NOW), "a"), [
      ["b", "ready"],
      ["c", "notReady"],
    ]);
  });

  it("say nothing of what there was no room to name", () => {
    const readiness = [
      { cluster: "a", agents: 4, peers: 9, ready: false, notReady: ["c", "and 3 more"] },
      { others: 2, agents: 8, ready: true },
    ];
    const view = outputsView("s", { clusters, readiness }, undefined, NOW);
    assert.deepEqual(states(view, "a"), [
      ["b", "unseen"],
      ["c", "notReady"],
    ]);
    assert.deepEqual(states(view, "b"), [
      ["a", "ready"],
      ["c", "ready"],
    ]);
  });
});

describe("the environment of Pulumi's CLI", () => {
  it("has what backends and secrets providers need, and nothing that changes its words", () => {
    const env = pulumiEnvironment({
      PATH: "/bin",
      AWS_PROFILE: "a",
      PULUMI_CONFIG: "{}",
      PULUMI_CONFIG_PASSPHRASE: "p",
      NODE_OPTIONS: "-r x",
      LANG: "de",
      CLUSTERMESH_COMMAND_INPUT: "x",
    });
    assert.deepEqual(env, {
      PATH: "/bin",
      AWS_PROFILE: "a",
      PULUMI_CONFIG_PASSPHRASE: "p",
      LC_ALL: "C.UTF-8",
    });
  });
});
