import assert from "node:assert/strict";
import { findingsOf } from "../../../../ci/model/findings";
import { readDigest } from "../../../../ci/model/digest";
import { summarize } from "../../../../ci/model/summary";
import { previewed } from "./previewed";

const MESH = "clustermesh:index:ClusterMesh";
const CLUSTER = `${MESH}$clustermesh:index:MeshedCluster`;
const COMMAND = "command:local:Command";
const LEAF = "tls:index/locallySignedCert:LocallySignedCert";
const urn = (types: string, name: string) => `urn:pulumi:staging::clustermesh::${types}::${name}`;

/** A step as `pulumi preview --json` has it. */
const step = (op: string, types: string, name: string, more: object = {}) => ({
  op,
  urn: urn(types, name),
  newState: { urn: urn(types, name), type: types.split("$").at(-1), parent: parentOf(types, name) },
  detailedDiff: null,
  ...more,
});

const parentOf = (types: string, name: string) =>
  types.startsWith(`${CLUSTER}$`)
    ? urn(CLUSTER, /^clustermesh-[a-z]+/.exec(name)?.[0] ?? "")
    : urn(MESH, "clustermesh");

function digestOf(steps: readonly object[], diagnostics: readonly object[] = []) {
  const read = readDigest(JSON.stringify({ steps, diagnostics, changeSummary: {} }));
  assert.ok(read !== undefined);
  return read;
}

const ROLL = findingsOf("info", 'cluster "west": 48 agents roll, to run with the name and id of the mesh; x');

describe("what a preview says to a reviewer", () => {
  it("is which clusters join, leave, roll or are changed", () => {
    const { steps } = digestOf([
      step("same", MESH, "clustermesh"),
      step("create", CLUSTER, "clustermesh-north"),
      step("create", `${CLUSTER}$${COMMAND}`, "clustermesh-north-rollout"),
      step("delete", CLUSTER, "clustermesh-south"),
      step("delete", `${CLUSTER}$${COMMAND}`, "clustermesh-south-rollout"),
      step("update", `${CLUSTER}$${COMMAND}`, "clustermesh-west-rollout"),
      step("update", `${CLUSTER}$kubernetes:core/v1:Secret`, "clustermesh-east-peers"),
      step("update", `${MESH}$${COMMAND}`, "clustermesh-east-policy-check"),
      step("update", `${MESH}$${COMMAND}`, "clustermesh-check"),
    ]);
    const { clusters } = summarize(previewed({ steps, findings: [...ROLL] }));
    assert.deepEqual(
      clusters.map(({ cluster, kind, what }) => [cluster, kind, ...what]),
      [
        ["north", "joins", "rollout"],
        ["south", "leaves", "rollout"],
        ["west", "rolls", "rollout"],
        ["east", "changes", "peers", "policy-check"],
      ],
    );
  });

  it("is which certificates are issued, renewed and removed; a replacement counts once", () => {
    const leaf = `${CLUSTER}$${LEAF}`;
    const { steps } = digestOf([
      step("create", leaf, "clustermesh-north-client-cert"),
      step("create-replacement", leaf, "clustermesh-west-client-cert"),
      step("replace", leaf, "clustermesh-west-client-cert"),
      step("delete-replaced", leaf, "clustermesh-west-client-cert"),
      step("delete", leaf, "clustermesh-south-client-cert"),
      step("replace", `${MESH}$tls:index/selfSignedCert:SelfSignedCert`, "clustermesh-ca-cert"),
    ]);
    const { certificates, cas } = summarize(previewed({ steps }));
    assert.deepEqual(certificates, {
      made: ["clustermesh-north-client-cert"],
      renewed: ["clustermesh-west-client-cert"],
      removed: ["clustermesh-south-client-cert"],
    });
    assert.deepEqual(cas, { made: [], renewed: ["clustermesh-ca-cert"], removed: [] });
  });

  it("has the values of properties that change, and none that is secret", () => {
    const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", ciphertext: "v1:x" };
    const inputs = (a: unknown) => ({
      metadata: { name: "a", annotations: { "example.com/x": a } },
      data: { "tls.key": "AAAA" },
      password: "[secret]",
      wrapped: { deep: secret },
      later: "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
    });
    const paths = [
      'metadata.annotations["example.com/x"]',
      "data.tls.key",
      "password",
      "wrapped.deep",
      "later",
      "gone",
    ];
    const { steps } = digestOf([
      step("update", `${CLUSTER}$kubernetes:core/v1:Secret`, "clustermesh-west-peers", {
        oldState: { inputs: inputs("old") },
        newState: { inputs: inputs("new") },
        detailedDiff: Object.fromEntries(paths.map((path) => [path, { kind: "update", inputDiff: true }])),
      }),
    ]);
    assert.deepEqual(steps[0]?.changes, [
      { path: paths[0], before: '"old"', after: '"new"' },
      { path: "later", before: "(known later)", after: "(known later)" },
      { path: "gone" },
    ]);
    assert.equal(steps[0].secrets, 3);
    assert.doesNotMatch(JSON.stringify(steps), /AAAA|ciphertext/);
  });

  it("has no value of a Secret that is patched, or that kubectl has noted on it", () => {
    const inputs = (data: string) => ({
      data: { "tls.key": data },
      metadata: { annotations: { "kubectl.kubernetes.io/last-applied-configuration": `{"data":{"a":"${data}"}}` } },
    });
    const { steps } = digestOf(
      [["SecretPatch"], ["Secret"]].map(([kind = ""]) =>
        step("update", `${CLUSTER}$kubernetes:core/v1:${kind}`, `clustermesh-west-${kind}`, {
          oldState: { inputs: inputs("QUFBQQ") },
          newState: { inputs: inputs("QkJCQg") },
          detailedDiff: {
            "data.tls.key": {},
            'data["tls.key"]': {},
            'metadata.annotations["kubectl.kubernetes.io/last-applied-configuration"]': {},
          },
        }),
      ),
    );
    assert.deepEqual(
      steps.map(({ changes, secrets }) => [changes, secrets]),
      [
        [[], 3],
        [[], 3],
      ],
    );
  });

  it("is nothing where the CLI has not come to a preview", () => {
    assert.equal(readDigest("error: could not log in"), undefined);
    assert.equal(readDigest('{"steps": 3}'), undefined);
    assert.deepEqual(readDigest("{}"), { steps: [], findings: [], stepsLeft: 0, findingsLeft: 0 });
  });

  it("is bounded", () => {
    const { steps, stepsLeft, findings, findingsLeft } = digestOf(
      Array.from({ length: 6000 }, (_, index) => step("create", MESH, `mesh-${index}`)),
      [
        ...Array.from({ length: 3000 }, () => ({ severity: "info", message: "mesh: something" })),
        { severity: "error", message: "the last" },
      ],
    );
    assert.deepEqual([steps.length, stepsLeft, findings.length, findingsLeft], [5000, 1000, 2000, 1001]);
    assert.equal(findings[0]?.text, "the last");
  });
});
