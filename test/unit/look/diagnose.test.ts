import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { stringify } from "yaml";
import { diagnose } from "../../../look/diagnose";
import { meshInMemory, OTHERS_READY, READY, recorded, type MeshInMemory } from "../support/command/runCommand";
import { stackOfMembers, worldOf } from "../support/look/liveWorld";

const pem = () =>
  generateKeyPairSync("ec", {
    namedCurve: "P-256",
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  }).privateKey;
const body = (key: string) => key.split("\n").slice(1, -2);

const IN_SECRET = pem();
const STRANGE = pem();
const CONFIGURED = pem();
/** Nothing that was read has told of it. */
const UNKNOWN = pem();
const TOKEN = "kubeconfig-token-0123456789abcdef";
const PASSWORD = "correct horse battery";
const SECRET_VALUE = "s3cr3t-value-of-a-secret-file";
const b64 = (text: string) => Buffer.from(text).toString("base64");
const wrapped = (text: string) => text.replace(/.{1,60}/g, "$&\n");

/** What must be nowhere, in whatever form. */
const NEEDLES = [
  ...[IN_SECRET, STRANGE, CONFIGURED, UNKNOWN].flatMap((key) => [
    ...body(key),
    b64(key).slice(0, 40),
    b64(key).slice(60, 100),
  ]),
  ...[TOKEN, PASSWORD, SECRET_VALUE].flatMap((text) => [text, b64(text).replace(/=+$/, "")]),
];

/** Every form in which one of them is written somewhere. */
const PLANTED = [
  UNKNOWN,
  JSON.stringify(UNKNOWN),
  JSON.stringify(JSON.stringify(UNKNOWN)),
  b64(UNKNOWN),
  wrapped(b64(UNKNOWN)),
  b64(b64(UNKNOWN)),
  IN_SECRET,
  JSON.stringify(STRANGE),
  b64(IN_SECRET),
  wrapped(b64(STRANGE)),
  b64(b64(STRANGE)),
  TOKEN,
  b64(TOKEN),
  PASSWORD,
  SECRET_VALUE,
  `x${SECRET_VALUE}y`,
  CONFIGURED,
].join("\n and ");

/** Where a needle is, for the message. */
const around = (text: string, needle: string) =>
  text.slice(Math.max(0, text.indexOf(needle) - 200), text.indexOf(needle) + 100);

describe("diagnose", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "diagnose-"));
    mkdirSync(join(folder, "out"));
    const users = [
      { name: "me", user: { token: TOKEN, username: "me", password: PASSWORD, "client-key-data": b64(STRANGE) } },
    ];
    writeFileSync(join(folder, "kubeconfig"), stringify({ apiVersion: "v1", users }));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  async function run(mesh: MeshInMemory, stack = stackOfMembers(), kubeconfig = join(folder, "kubeconfig")) {
    let said = "";
    const env = { KUBECONFIG: kubeconfig };
    const pulumi = () => Promise.resolve(`v3.250.0 ${TOKEN}`);
    const around = { world: worldOf(mesh), pulumi, env, now: new Date("2026-12-01T01:02:03Z") };
    const file = await diagnose("test", stack, join(folder, "out"), { write: (text) => (said += text) }, around);
    return { file, said, text: gunzipSync(readFileSync(file)).toString() };
  }

  const event = (message: string) => ({
    kind: "Event",
    metadata: { name: "e1", namespace: "kube-system", uid: "e1" },
    type: "Warning",
    reason: "Failed",
    message,
    involvedObject: { kind: "Pod", name: "cilium-x" },
  });
  const secret = {
    kind: "Secret",
    metadata: { name: "cilium-clustermesh", namespace: "kube-system", uid: "s" },
    data: { "mesh.client.key": b64(IN_SECRET), other: b64(SECRET_VALUE) },
  };

  it("is one archive for its owner alone, with what a report needs, that tar can read", async () => {
    const mesh = meshInMemory(
      { cluster1: READY, ...OTHERS_READY },
      { cluster1: { others: [event("Back-off pulling image\u202e\u001b[2J")] } },
    );
    const { file, text } = await run(mesh);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    const names = execFileSync("tar", ["-tzf", file], { encoding: "utf8" }).trim().split("\n");
    assert.deepEqual(names.slice(0, 4), ["versions.json", "configuration.yaml", "status.txt", "status.json"]);
    assert.deepEqual(
      names.filter((name) => name.startsWith("clusters/1-cluster1/")).map((name) => name.split("/")[2]),
      ["cilium-config.json", "rollout.json", "events.json", "troubleshoot.txt", "agents.json"],
    );
    assert.match(text, /Back-off pulling image/);
    assert.match(text, /troubleshooting in cluster2/);
    assert.match(text, /6 of 6 pairs ready/);
    assert.match(text, /"cilium-clustermesh": "\d/);
    assert.doesNotMatch(text, /[\u001b\u202e]/u);
  });

  it("has no secret, wherever one was planted, and names what was removed from which file", async () => {
    const hostile = JSON.parse(
      JSON.stringify(recorded("not-connected")).replaceAll(
        '"status":"',
        `"status":${JSON.stringify(PLANTED).slice(0, -1)} `,
      ),
    ) as object;
    const cluster1 = {
      config: { "cluster-name": "cluster1", planted: PLANTED },
      others: [secret, event(PLANTED)],
      troubleshoot: PLANTED,
      log: `level=error msg="${JSON.stringify(PLANTED).slice(1, -1)}" clusterName=cluster2`,
      image: PLANTED,
    };
    const stack = stackOfMembers({ authority: "adopted", ca: { certificate: PLANTED, privateKey: CONFIGURED } });
    const { text, said } = await run(meshInMemory({ cluster1: hostile, ...OTHERS_READY }, { cluster1 }), stack);
    for (const needle of NEEDLES) assert.ok(!text.includes(needle), around(text, needle));
    assert.doesNotMatch(text, /PRIVATE KEY/);
    // It was there, and is named.
    for (const file of [
      "versions.json",
      "configuration.yaml",
      "status.json",
      "clusters/1-cluster1/cilium-config.json",
      "clusters/1-cluster1/rollout.json",
      "clusters/1-cluster1/events.json",
      "clusters/1-cluster1/troubleshoot.txt",
    ]) {
      assert.ok(said.includes(`removed from ${file}: kubeconfig token`), `${file}\n${said}`);
    }
    assert.ok(said.includes("Secret cilium-clustermesh mesh.client.key"), said);
    for (const needle of NEEDLES) assert.ok(!said.includes(needle), needle);
  });

  it("takes out what a kubeconfig in the configuration has, and the kubeconfig", async () => {
    const kubeconfig = stringify({ users: [{ user: { token: "given-token-abcdef-123456" } }] });
    const read = stackOfMembers();
    const clusters = Object.fromEntries(
      Object.entries(read.description.clusters).map(([name, { id, etcd }]) => [
        name,
        { id, kubeconfig, ...(etcd === undefined ? {} : { etcd }) },
      ]),
    );
    const stack = { ...read, description: { ...read.description, clusters } };
    const mesh = meshInMemory(
      { cluster1: READY, ...OTHERS_READY },
      { cluster1: { troubleshoot: "given-token-abcdef-123456" } },
    );
    const { text, said } = await run(mesh, stack);
    assert.ok(!text.includes("given-token"));
    assert.match(said, /troubleshoot.txt: kubeconfig token/);
  });

  it("writes nothing where the kubeconfig cannot be read, for nobody could tell what is in it", async () => {
    const mesh = meshInMemory({ cluster1: READY, ...OTHERS_READY });
    await assert.rejects(run(mesh, stackOfMembers(), folder), /so its tokens cannot be searched for/);
    assert.deepEqual(readdirSync(join(folder, "out")), []);
  });

  it("never writes over a file", async () => {
    const mesh = () => meshInMemory({ cluster1: READY, ...OTHERS_READY });
    await run(mesh());
    await assert.rejects(run(mesh()), /EEXIST/);
  });
});
