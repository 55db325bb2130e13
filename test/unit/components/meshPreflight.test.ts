import assert from "node:assert/strict";
import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { preflight, report, type ClusterMeshArgs } from "../../../components";
import { infos, type Diagnostic } from "../../../components/mesh/model/diagnostic";
import { mintCA } from "../support/certificates/ca";
import { scriptedKubectl } from "../support/kubernetes/scriptedKubectl";
import { omit } from "../support/omit";
import { bySeverity, clusterSpec, heads, lines } from "../support/mesh/mesh";
import { recorded } from "../support/preflight/live";
import { run } from "../support/pulumiMocks";

const OBJECTS = ["namespace", "configmap", "daemonset", "deployment"].map(recorded);
const answering = (items: readonly object[]) =>
  `process.stdout.write(${JSON.stringify(JSON.stringify({ kind: "List", items }))});`;
const FITS = answering(OBJECTS);

/** The arguments of a mesh of two, one reached by a context and one by this kubeconfig. */
const args = (kubeconfig: pulumi.Input<string>): ClusterMeshArgs => ({
  allow: ["overwriteConflicts"],
  wait: { preflight: 30 },
  owner: "clustermesh/test",
  clusters: { cluster1: { ...clusterSpec(1), context: "one" }, cluster2: { ...clusterSpec(2), kubeconfig } },
});

/** What is printed by a command that is still to be run. */
const made = () => new command.local.Command("kubeconfig", { create: "make-cluster" }).stdout;

const NOT_KNOWN =
  'cluster "cluster2": kubeconfig is not known yet, so this cluster is not looked at; up knows it and looks';

describe("components: preflight", () => {
  const kubectl = scriptedKubectl();
  beforeEach(() => {
    kubectl.script(FITS);
  });

  const asked = () => [...new Set(kubectl.calls().map(([first = ""]) => first.split("=")[0]))].sort();

  async function look(kubeconfig: () => pulumi.Input<string>, preview = false) {
    const { result } = await run(() => preflight(args(kubeconfig())), preview);
    return { ...bySeverity(result.diagnostics), observed: result.observed };
  }

  it("asks a cluster by its kubeconfig, a text or a secret that is known", async () => {
    for (const kubeconfig of [() => "apiVersion: v1", () => pulumi.secret("apiVersion: v1")]) {
      const { warnings, observed } = await look(kubeconfig, true);
      assert.ok(!lines(warnings).some((line) => line.includes("kubeconfig")), lines(warnings).join("\n"));
      assert.deepEqual(asked(), ["--context", "--kubeconfig"]);
      assert.deepEqual(Object.keys(observed), ["cluster1", "cluster2"]);
      assert.ok(observed["cluster2"]?.seenAs !== undefined);
    }
  });

  it("names a cluster whose kubeconfig a preview cannot know, and looks at the others", async () => {
    const { warnings, observed } = await look(made, true);
    assert.deepEqual(
      lines(warnings).filter((line) => line.includes("kubeconfig")),
      [NOT_KNOWN],
    );
    assert.deepEqual(asked(), ["--context"]);
    assert.ok(observed["cluster1"]?.seenAs !== undefined);
    assert.equal(observed["cluster2"]?.seenAs, undefined);
  });

  it("asks it once it is known, in an up", async () => {
    const { warnings } = await look(made);
    assert.ok(!lines(warnings).includes(NOT_KNOWN));
    assert.deepEqual(asked(), ["--context", "--kubeconfig"]);
  });

  const AGENTS = /^cluster "(cluster[12])": ((?:\d+ |no )?agents? .*?)(?:;.*)?$/;
  const agentsIn = (notes: readonly Diagnostic[]) =>
    lines(notes).flatMap((line) => AGENTS.exec(line)?.slice(1).join(" ") ?? []);

  it("says how many agents an up rolls, and of which cluster that is not known; what is observed has no number", async () => {
    const { notes, observed } = await look(made, true);
    assert.deepEqual(agentsIn(notes), [
      "cluster1 2 agents roll, to run with the name and id of the mesh",
      "cluster2 agents were not looked at (nobody has asked it), so how many roll is not known",
    ]);
    const items = OBJECTS.map((each) =>
      each.kind === "DaemonSet" ? { ...each, status: { desiredNumberScheduled: 48 } } : each,
    );
    kubectl.script(answering(items));
    const later = await look(made, true);
    assert.match(agentsIn(later.notes)[0] ?? "", /^cluster1 48 agents roll/);
    assert.deepEqual(later.observed, observed);
  });

  it("says what a cluster does not tell together with all else that is wrong there, and nothing of one that did not answer", async () => {
    const script = (silent: string) =>
      `if (cluster.startsWith("--${silent}")) { process.stderr.write("Unable to connect to the server"); process.exit(1); }
       const items = ${JSON.stringify(OBJECTS)}.map((each) =>
         each.kind === "Namespace" ? { ...each, metadata: { ...each.metadata, uid: cluster.slice(0, 9) } } : each);
       process.stdout.write(JSON.stringify({ kind: "List", items }));`;
    const { clusters, ...rest } = args("apiVersion: v1");
    const untold = Object.fromEntries(Object.entries(clusters).map(([name, each]) => [name, omit(each, "podCIDRs")]));
    const look = async (silent: string) => {
      kubectl.script(script(silent));
      const { result } = await run(() =>
        preflight({ ...rest, clusters: untold, allow: [], wait: { preflight: 1 } }, { writes: true }),
      );
      return heads(bySeverity(result.diagnostics).problems);
    };
    const missing = (name: string) => `cluster "${name}": podCIDRs is not written down, and the cluster does not tell`;
    const all = await look("nobody");
    assert.ok(all.includes(missing("cluster1")) && all.includes(missing("cluster2")), all.join("\n"));
    assert.ok(
      all.some((line) => line.startsWith('cluster "cluster1": cilium-config cluster-name')),
      all.join("\n"),
    );
    const some = await look("kubeconfig");
    assert.deepEqual(
      some.filter((line) => line.includes("cluster2")),
      ['cluster "cluster2": API server cannot be reached: Unable to connect to the server'],
    );
    assert.ok(some.includes(missing("cluster1")), some.join("\n"));
    const { result } = await run(() => preflight({ ...rest, clusters: untold, allow: [] }));
    const fixes = lines(bySeverity(result.diagnostics).problems).join("\n");
    assert.match(fixes, /helm upgrade .* --kube-context one .* --set cluster\.name=cluster1/);
  });

  it("judges the CAs without a cluster, where live checks are off", async () => {
    const [ca, weak] = await Promise.all([mintCA(), mintCA({ key: "RSA-1024" })]);
    const off = { ...args("apiVersion: v1"), authority: "adopted", wait: { preflight: false } } as const;
    const judge = async (certificate: () => pulumi.Input<string>) => {
      const { result } = await run(() => preflight({ ...off, ca: { ...ca, trusted: [certificate()] } }), true);
      return heads(bySeverity(result.diagnostics).warnings);
    };
    assert.deepEqual(await judge(() => weak.certificate), [
      'mesh: clustermesh:ca.trusted[0] "CN=etcd-ca" has a key of 1024 bits, which can be broken',
    ]);
    assert.deepEqual(await judge(made), ["mesh: clustermesh:ca is not known yet, so what it signs is not judged here"]);
    assert.deepEqual(asked(), []);
  });

  it("names itself where live checks are off", async () => {
    const { result } = await run(() => preflight({ ...args("apiVersion: v1"), wait: { preflight: false } }));
    assert.deepEqual(lines(infos(result.diagnostics)), [
      "mesh: wait.preflight false looks at no live cluster: each is judged when its turn comes, and one that leaves when its peers " +
        "have removed it; give seconds to have all of them judged before anything is written",
    ]);
    assert.deepEqual(asked(), []);
  });

  it("gives what the program then refuses with", async () => {
    kubectl.script(`process.stderr.write("Unable to connect to the server"); process.exit(1);`);
    const { result } = await run(async () => {
      const { diagnostics } = await preflight({ ...args("apiVersion: v1"), wait: { preflight: 1 } });
      return report("this mesh cannot work", diagnostics).catch((error: unknown) => error);
    });
    assert.ok(pulumi.RunError.isInstance(result));
    assert.match(result.message, /^this mesh cannot work \(2 problems\):\n {2}- cluster "cluster1": API server/);
  });
});
