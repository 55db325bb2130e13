import assert from "node:assert/strict";
import { howToAllow } from "../../../../components/settings/model/allow";
import * as pulumi from "@pulumi/pulumi";
import { formatRecord, ISSUE_RECORD_ANNOTATION, trustOf } from "../../../../components/certificates/model/keyRevisions";
import { OWNER_ANNOTATION } from "../../../../components/kubernetes/model/ownership";
import { toEnvironment } from "../../../../stacks/program/environment";
import { preflight } from "../../../../stacks/program/preflight";
import { scriptedKubectl, SILENT } from "../../support/kubernetes/scriptedKubectl";
import { bySeverity, heads, lines } from "../../support/mesh/mesh";
import { recorded } from "../../support/preflight/live";
import { clusters, configuration } from "../../support/stacks/configuration";

const objects = ["configmap", "daemonset", "deployment"].map(recorded);
/** A Secret that Helm made, with a peer that has the name of one of ours. */
const foreign = { ...recorded("helm-secret"), data: { cluster2: "", west: "" } };

/** Clusters that answer with what was recorded, each as another one; `context2` may be unreachable. */
const answers = (secret: object | undefined, reachable = true) => `
  if (cluster === "--context=context2" && !${String(reachable)}) {
    process.stderr.write("Unable to connect to the server");
    process.exit(1);
  }
  const namespace = { kind: "Namespace", metadata: { name: "kube-system", uid: cluster } };
  const asked = (name) => args.includes(name);
  const answer = [
    ...(asked("configmap/cilium-config") ? [namespace, ...${JSON.stringify(objects)}] : []),
    ...(asked("secrets/cilium-clustermesh") ? ${JSON.stringify(secret === undefined ? [] : [secret])} : []),
  ];
  process.stdout.write(JSON.stringify({ kind: "List", items: answer }));
`;

describe("stacks: preflight", () => {
  const kubectl = scriptedKubectl();
  let said: readonly string[] = [];
  before(() =>
    pulumi.runtime.setMocks({ newResource: () => ({ id: "", state: {} }), call: () => ({}) }, "p", "s", false, "o"),
  );

  async function judge(script: string, values: Readonly<Record<string, unknown>> = {}) {
    kubectl.script(script);
    const { allow = [], ...rest } = values;
    const read = configuration({ allow: ["overwriteConflicts", ...(allow as readonly string[])], ...rest });
    const { problems, warnings, notes } = bySeverity((await preflight(read, toEnvironment(read))).diagnostics);
    said = lines(notes);
    return { problems: heads(problems), warnings: heads(warnings) };
  }

  it("has nothing to say of clusters that fit", async () => {
    assert.deepEqual(await judge(answers(undefined)), { problems: [], warnings: [] });
  });

  it("asks nobody when it is switched off", async () => {
    assert.deepEqual(await judge("process.exit(1)", { wait: { preflight: false } }), { problems: [], warnings: [] });
    assert.deepEqual(kubectl.calls(), []);
  });

  it("reads, and writes nothing", async () => {
    await judge(answers(undefined));
    assert.ok(kubectl.calls().length > 0);
    for (const [, verb] of kubectl.calls()) {
      assert.ok(verb === "get" || verb === "api-resources", verb);
    }
  });

  it("takes an unreachable cluster for an error or a warning, as wanted", async () => {
    const line = 'cluster "cluster2": API server cannot be reached: Unable to connect to the server';
    assert.deepEqual(await judge(answers(undefined, false)), { problems: [line], warnings: [] });
    const tolerant = await judge(answers(undefined, false), { allow: ["unreachable"] });
    assert.deepEqual(tolerant, { problems: [], warnings: [line] });
  });

  it("takes a silent cluster for an unreachable one, and only that one", async () => {
    const silent = `if (cluster === "--context=context2") { ${SILENT} } else { ${answers(undefined)} }`;
    const line = 'cluster "cluster2": API server cannot be reached: no answer within 1 s';
    assert.deepEqual(await judge(silent, { wait: { preflight: 1 } }), { problems: [line], warnings: [] });
  });

  it("says which cluster has answered to another try only", async () => {
    const first = `const first = (call) => call.join().slice(0, 80);
      const isShort = args[1] === "namespace/kube-system" && args[2] === "--ignore-not-found";
      const tries = calls((call) => first(call) === first([cluster, ...args]));
      if (cluster === "--context=context2" && !isShort && tries === 1) {
        process.stderr.write("Unable to connect to the server: EOF");
        process.exit(1);
      }`;
    assert.deepEqual(await judge(first + answers(undefined)), { problems: [], warnings: [] });
    const line =
      /^cluster "cluster2": API server answered only when it was asked 2 times \(Unable to connect to the server: EOF\);/;
    assert.equal(said.filter((each) => line.test(each)).length, 1, said.join("\n"));
    assert.ok(!said.some((each) => each.startsWith('cluster "cluster1": API server')), said.join("\n"));
  });

  it("says of a context that is in no kubeconfig what it may be, and asks for contexts once", async () => {
    const script = `
      if (args[0] === "config") {
        process.stdout.write(JSON.stringify({ contexts: [{ name: "context2" }, { name: "context11" }] }));
      } else if (cluster === "--context=context2") { ${answers(undefined)} } else {
        process.stderr.write('error: context "context1" does not exist');
        process.exit(1);
      }`;
    const line = 'cluster "cluster1": context "context1" is not in the kubeconfig';
    assert.deepEqual(await judge(script, { allow: ["unreachable"] }), { problems: [line], warnings: [] });
    assert.equal(kubectl.calls().filter(([, verb]) => verb === "config").length, 1);
  });

  it("says that contexts are exchanged, and nothing that comes of it", async () => {
    const exchanged = answers(undefined).replace(
      "process.stdout.write(JSON",
      `const name = cluster === "--context=context1" ? "cluster2" : "cluster1";
      for (const each of answer.filter(({ kind }) => kind === "ConfigMap")) {
        Object.assign(each.data, { "cluster-name": name, "cluster-id": name === "cluster1" ? "101" : "102" });
        each.metadata.managedFields = [{ manager: "cilium-clustermesh", operation: "Apply" }];
      }
      process.stdout.write(JSON`,
    );
    const line = 'cluster "cluster1": context leads to cluster "cluster2", and that of "cluster2" to this one';
    assert.deepEqual(await judge(exchanged), { problems: [line], warnings: [] });
  });

  it("says that a meshed cluster has another id, and not that its id was changed as well", async () => {
    const other = answers(undefined).replace(
      "process.stdout.write(JSON",
      `for (const each of answer.filter(({ kind }) => kind === "ConfigMap" && cluster === "--context=context1")) {
        Object.assign(each.data, { "cluster-name": "cluster1", "cluster-id": "7" });
        each.metadata.managedFields = [{ manager: "cilium-clustermesh", operation: "Apply" }];
      }
      process.stdout.write(JSON`,
    );
    const line =
      'cluster "cluster1": live cluster-id "7" cannot become 101: the id of a meshed cluster does not change';
    assert.deepEqual(await judge(other), { problems: [line], warnings: [] });
  });

  it("asks a cluster that is lost only whether it answers, and warns where it does", async () => {
    const lost = { clusters: clusters({ lost: true }) };
    assert.deepEqual(await judge(answers(undefined), lost), {
      problems: [],
      warnings: ['cluster "cluster1": lost is declared, but its API server answers'],
    });
    const asked = kubectl.calls().filter(([first]) => first === "--context=context1");
    assert.deepEqual(
      asked.map((call) => call.slice(0, 3)),
      [["--context=context1", "get", "namespace/kube-system"]],
    );
    const swapped = answers(undefined, false).replace("context2", "context1");
    assert.deepEqual(await judge(swapped, lost), { problems: [], warnings: [] });
  });

  it("never asks kubectl's current context for a cluster without access", async () => {
    await judge(answers(undefined), { clusters: clusters({ context: undefined }) });
    assert.deepEqual([...new Set(kubectl.calls().map(([first]) => first))], ["--context=context2"]);
  });

  describe("of policies", () => {
    const LABEL = "io.cilium.k8s.policy.cluster";
    const policies = [
      {
        ...{ kind: "CiliumClusterwideNetworkPolicy", metadata: { name: "lockdown" } },
        spec: { endpointSelector: { matchLabels: { [LABEL]: "default" } } },
      },
      {
        ...{ kind: "CiliumNetworkPolicy", metadata: { name: "dashboard", namespace: "shop" } },
        spec: { ingress: [{ fromEndpoints: [{ matchLabels: { [LABEL]: "default" } }] }] },
      },
    ];
    /** As `answers`, and `context1` has policies. */
    const having = (forbidden = "") => `
      if (args[0] === "api-resources") {
        process.stdout.write("ciliumnetworkpolicies.cilium.io\\nnetworkpolicies.networking.k8s.io\\npods\\n");
      } else if (args[1].includes("policies")) {
        if (${JSON.stringify(forbidden)} !== "" && args[1].includes(${JSON.stringify(forbidden)})) {
          process.stderr.write("Error: " + args[1] + " is forbidden");
          process.exit(1);
        }
        const mine = cluster === "--context=context1" && args[1].includes("cilium");
        process.stdout.write(JSON.stringify({ items: mine ? ${JSON.stringify(policies)} : [] }));
      } else { ${answers(undefined)} }`;

    it("refuses those that open when their cluster joins, and warns of those that close", async () => {
      const { problems, warnings } = await judge(having());
      assert.deepEqual(problems, [
        'cluster "cluster1": CiliumClusterwideNetworkPolicy lockdown spec.endpointSelector selects no pod any more: its pods are open',
      ]);
      assert.deepEqual(warnings, [
        'cluster "cluster1": CiliumNetworkPolicy shop/dashboard spec.ingress[0].fromEndpoints[0] lets nobody of default in any more',
      ]);
    });

    it("names what opens where that is accepted", async () => {
      const { problems, warnings } = await judge(having(), { allow: ["openPolicies"] });
      assert.deepEqual(problems, []);
      assert.equal(warnings.length, 2);
      assert.match(warnings[0] ?? "", /lockdown .* are open \(accepted by openPolicies\)/);
    });

    for (const [said, fix] of [
      ["Error: ciliumnetworkpolicies is forbidden", "let the kubeconfig's user read them in all namespaces"],
      ["error: no such thing", "see what kubectl api-resources and kubectl get --all-namespaces say of it"],
    ] as const) {
      it(`that cannot be judged are for the user's rights only where those are missing: ${said}`, async () => {
        const script = `if (args[0] === "api-resources") {
          process.stderr.write(${JSON.stringify(said)});
          process.exit(1);
        } else { ${answers(undefined)} }`;
        kubectl.script(script);
        const read = configuration({ allow: ["overwriteConflicts"] });
        const { problems } = bySeverity((await preflight(read, toEnvironment(read))).diagnostics);
        assert.deepEqual(
          lines(problems).map((line) => line.slice(line.lastIndexOf("; ") + 2)),
          [1, 2].map(() => `${fix}, or ${howToAllow("openPolicies")}`),
        );
      });
    }

    it("says which kinds it could not see", async () => {
      const { problems } = await judge(having("networkpolicies.networking.k8s.io"));
      assert.deepEqual(
        problems.filter((line) => !line.includes("lockdown")),
        ["cluster1", "cluster2"].map(
          (name) =>
            `cluster "${name}": networkpolicies.networking.k8s.io cannot be listed (Error: networkpolicies.networking.k8s.io is forbidden)`,
        ),
      );
    });
  });

  it("refuses a foreign Secret", async () => {
    const said = 'Secret kube-system/cilium-clustermesh exists and was made by Helm release "cilium"';
    assert.deepEqual((await judge(answers(foreign))).problems, [
      `cluster "cluster1": ${said}`,
      `cluster "cluster2": ${said}`,
    ]);
  });

  it("refuses a Secret that is to be adopted, where it has our keys already", async () => {
    const said = 'Secret kube-system/cilium-clustermesh ["cluster2"] are keys that it has already';
    assert.deepEqual((await judge(answers(foreign), { allow: ["adoptSecret"] })).problems, [
      `cluster "cluster1": ${said}`,
      `cluster "cluster2": ${said}`,
    ]);
  });

  it("refuses the second step of a rotation before the first, and says what the first one does", async () => {
    const record = formatRecord({ client: 1, server: 1, authorities: { "mesh.ca": trustOf(1, [1]) } });
    const annotations = {
      [OWNER_ANNOTATION]: toEnvironment(configuration()).owner,
      [ISSUE_RECORD_ANNOTATION]: record,
    };
    const live = answers({ ...foreign, metadata: { ...foreign.metadata, annotations } });
    const early = await judge(live, { keyRevisions: { authority: [2, 1] } });
    assert.deepEqual(early.problems, [
      'mesh: clustermesh:keyRevisions.authority [2,1] lets revision 2 sign, which clusters "cluster1", "cluster2" do not trust yet',
    ]);
    const read = configuration({ allow: ["overwriteConflicts"], keyRevisions: { authority: [1, 2] } });
    kubectl.script(live);
    const { problems, notes } = bySeverity((await preflight(read, toEnvironment(read))).diagnostics);
    assert.deepEqual(problems, []);
    assert.match(lines(notes).join(), /makes revision 2 trusted; then restart every etcd/);
  });

  it("adopts a Secret with other keys", async () => {
    const other = { ...foreign, data: { west: "" } };
    assert.deepEqual((await judge(answers(other), { allow: ["adoptSecret"] })).problems, []);
  });
});
