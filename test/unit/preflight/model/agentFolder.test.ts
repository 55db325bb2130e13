import assert from "node:assert/strict";
import { agentFolder } from "../../../../components/preflight/model/agentFolder";
import { bySeverity, heads } from "../../support/mesh/mesh";
import { daemonSetWith, found, POLICY, type LiveOptions } from "../../support/preflight/live";

const env = (name: string, given: object) => ({ env: [{ name, ...given }] });

function judge(container: object, config: NonNullable<LiveOptions["config"]> = {}) {
  const { problems, unseen } = bySeverity(
    agentFolder(found(1, { config, daemonSet: daemonSetWith(container) }), POLICY),
  );
  return [...heads(problems), ...unseen.map(({ what }) => what)];
}

describe("preflight: the folder in which agents look for peers", () => {
  const FOLDER = "/var/lib/cilium/clustermesh";
  const notSet =
    'cluster "cluster1": DaemonSet kube-system/cilium clustermesh-config is not set: the agents look for no peers';

  it("is told them by environment, command line or ConfigMap", () => {
    for (const container of [
      env("CILIUM_CLUSTERMESH_CONFIG", { value: FOLDER }),
      env("CILIUM_CLUSTERMESH_CONFIG", { valueFrom: { configMapKeyRef: { name: "cilium-config", key: "folder" } } }),
      { env: [], args: [`--clustermesh-config=${FOLDER}/`] },
      { env: [], args: ["--clustermesh-config", FOLDER] },
      { env: [], command: ["sh", "-c", `exec cilium-agent --clustermesh-config=${FOLDER} --debug`] },
    ]) {
      assert.deepEqual(judge(container, { folder: `${FOLDER}/` }), [], JSON.stringify(container));
    }
    assert.deepEqual(judge({ env: [] }, { "clustermesh-config": `${FOLDER}/\n` }), []);
  });

  it("is a problem where nothing says it", () => {
    assert.deepEqual(judge({ env: [] }), [notSet]);
    assert.deepEqual(judge({ env: [] }, { "clustermesh-config": "" }), [notSet]);
    assert.deepEqual(judge(env("CILIUM_CLUSTERMESH_CONFIG", {})), [notSet]);
  });

  it("is a problem where it is another, or the command line says another", () => {
    const other =
      'cluster "cluster1": DaemonSet kube-system/cilium clustermesh-config "/etc/mesh" is not /var/lib/cilium/clustermesh, where peers\' files refer to';
    assert.deepEqual(judge(env("CILIUM_CLUSTERMESH_CONFIG", { value: "/etc/mesh" })), [other]);
    assert.deepEqual(judge({ args: ["--clustermesh-config=/etc/mesh"] }), [other]);
  });

  it("is said not to be known where another object has it", () => {
    const elsewhere = { valueFrom: { configMapKeyRef: { name: "other", key: "x" } } };
    assert.deepEqual(judge(env("CILIUM_CLUSTERMESH_CONFIG", elsewhere)), ["the agents' folder of peers"]);
    for (const source of [{ configMapRef: { name: "cilium-env" } }, { secretRef: { name: "s" }, prefix: "CILIUM_" }]) {
      assert.deepEqual(judge({ env: [], envFrom: [source] }), ["the agents' folder of peers"]);
      assert.deepEqual(judge({ env: [], envFrom: [source] }, { "clustermesh-config": FOLDER }), [
        "the agents' folder of peers",
      ]);
      assert.deepEqual(judge({ envFrom: [source] }), []);
      assert.deepEqual(judge({ env: [], envFrom: [source], args: [`--clustermesh-config=${FOLDER}`] }), []);
    }
  });

  it("is known where the whole environment is of cilium-config, or of what can have no option", () => {
    const own = { configMapRef: { name: "cilium-config" } };
    assert.deepEqual(judge({ env: [], envFrom: [own] }, { CILIUM_CLUSTERMESH_CONFIG: FOLDER }), []);
    const prefixed = { ...own, prefix: "CILIUM_" };
    assert.deepEqual(judge({ env: [], envFrom: [prefixed] }, { CLUSTERMESH_CONFIG: FOLDER }), []);
    const emptied = env("CILIUM_CLUSTERMESH_CONFIG", { value: "" });
    assert.deepEqual(judge({ ...emptied, envFrom: [own] }, { CILIUM_CLUSTERMESH_CONFIG: FOLDER }), [notSet]);
    assert.deepEqual(judge({ env: [], envFrom: [{ configMapRef: { name: "x" }, prefix: "AWS_" }] }), [notSet]);
  });
});
