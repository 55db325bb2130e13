import assert from "node:assert/strict";
import { lookAtMesh } from "../../../components";
import { MARK_ANNOTATION } from "../../../components/identity/model/mark";
import { meshDescription } from "../../../stacks/program/arguments";
import { toEnvironment } from "../../../stacks/program/environment";
import { scriptedKubectl } from "../support/kubernetes/scriptedKubectl";
import { heads } from "../support/mesh/mesh";
import { recorded } from "../support/preflight/live";
import { configuration } from "../support/stacks/configuration";

const objects = ["configmap", "daemonset", "deployment"].map(recorded);

/** Two clusters that were recorded, as the mesh has named them; `context2` may be silent. */
const answers = (isSilent = false) => `
  if (cluster === "--context=context2" && ${String(isSilent)}) {
    process.stderr.write("Unable to connect to the server");
    process.exit(1);
  }
  const namespace = { kind: "Namespace", metadata: { name: "kube-system", uid: cluster } };
  const answer = args.includes("configmap/cilium-config") ? [namespace, ...${JSON.stringify(objects)}] : [];
  const name = cluster.replace("--context=context", "");
  for (const each of answer.filter(({ kind }) => kind === "ConfigMap")) {
    Object.assign(each.data, { "cluster-name": "cluster" + name, "cluster-id": String(100 + Number(name)) });
    each.metadata.managedFields = [{ manager: "cilium-clustermesh", operation: "Apply" }];
  }
  process.stdout.write(JSON.stringify({ kind: "List", items: answer }));
`;

describe("a look at a mesh", () => {
  const kubectl = scriptedKubectl();
  const look = (script: string, values: Readonly<Record<string, unknown>> = {}) => {
    kubectl.script(script);
    const read = configuration({ owner: "o/p/s@0", ...values });
    const environment = toEnvironment(read);
    return lookAtMesh({ description: meshDescription(read, environment), managed: environment.managed });
  };

  it("asks no engine, reads, and asks for no right", async () => {
    await look(answers());
    assert.ok(kubectl.calls().length > 0);
    for (const [, verb] of kubectl.calls()) assert.equal(verb, "get");
  });

  it("finds drift, with the preflight off as well", async () => {
    const { members, live, diagnostics } = await look(answers(), { wait: { preflight: false } });
    assert.deepEqual(
      members.map(({ name }) => [name, live.get(name)?.kind]),
      [
        ["cluster1", "reachable"],
        ["cluster2", "reachable"],
      ],
    );
    const said = heads(diagnostics).join("\n");
    assert.match(said, new RegExp(`cluster "cluster1": cilium-config annotation ${MARK_ANNOTATION} was removed`));
    assert.match(said, /cluster "cluster2": daemonset\/cilium cilium-clustermesh\/config/);
  });

  it("says of one that does not answer why, and judges the others", async () => {
    const { live, diagnostics, access } = await look(answers(true));
    assert.equal(live.get("cluster2")?.kind, "unreachable");
    assert.deepEqual(heads(access), [
      'cluster "cluster2": API server cannot be reached: Unable to connect to the server',
    ]);
    assert.match(heads(diagnostics).join("\n"), /cluster "cluster1": .* was removed/);
  });

  it("says once of a kubeconfig that has no context what to set, and not of each cluster", async () => {
    const { access } = await look(`
      if (args[0] === "config") process.stdout.write(JSON.stringify({ contexts: null }));
      else { process.stderr.write("error: " + cluster + " context does not exist"); process.exit(1); }`);
    assert.equal(access.length, 1);
    assert.match(heads(access)[0] ?? "", /^mesh: kubeconfig ".*" has no context, or is not there$/);
  });
});
