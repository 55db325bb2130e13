import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { LARGE_INPUT } from "../../../../components/command/protocol";
import { DEFAULT_SETTINGS } from "../../../../components/settings/model/settings";
import { toEnvironment } from "../../../../stacks/program/environment";
import { judgeFormerState } from "../../../../stacks/program/formerState";
import { commandStates, meshedBefore, readOwnOutputs } from "../../../../stacks/program/ownState";
import { scriptedKubectl } from "../../support/kubernetes/scriptedKubectl";
import { bySeverity, heads, lines } from "../../support/mesh/mesh";
import { recordOf } from "../../support/record";
import { configuration } from "../../support/stacks/configuration";

const original = (value: string) => ({ kind: "value", value, managers: [] });
const policyCheckInput = (name: string, over: object = {}) => ({
  cluster: { name, context: `context-of-${name}` },
  cilium: DEFAULT_SETTINGS.cilium,
  desiredConfig: { "cluster-name": name, "cluster-id": "103" },
  peerSecret: "cilium-clustermesh",
  originalConfig: JSON.stringify({ config: { "cluster-name": original("default"), "cluster-id": original("0") } }),
  owner: "p/s",
  ...over,
});

const PARENT = "urn:pulumi:s::p::clustermesh:index:ClusterMesh$command:local:Command";
const command = (name: string, input: object, over: object = {}) => ({
  [`${PARENT}::${name}`]: {
    type: "command:local:Command",
    outputs: { environment: { CLUSTERMESH_COMMAND_INPUT: JSON.stringify(input) }, stdout: "", ...over },
  },
});

const POLICY = {
  ...{ kind: "CiliumNetworkPolicy", metadata: { name: "db", namespace: "shop" } },
  spec: { endpointSelector: { matchLabels: { "io.cilium.k8s.policy.cluster": "cluster3" } } },
};
const ANSWERS = `
  const print = (what) => process.stdout.write(JSON.stringify(what));
  if (args[0] === "api-resources") process.stdout.write("ciliumnetworkpolicies.cilium.io\\n");
  else if (args[1].includes("polic")) print({ items: [${JSON.stringify(POLICY)}] });
  else if (args[1].startsWith("configmap/")) print({ kind: "ConfigMap", metadata: { name: "cilium-config", uid: "1", managedFields: [] },
    data: { "cluster-name": "cluster3", "cluster-id": "103", "policy-default-local-cluster": "true" } });
  else if (args[1] === "daemonset/cilium") print({ kind: "DaemonSet", metadata: { name: "cilium", uid: "3" }, status: { desiredNumberScheduled: 48 } });
  else print({ kind: "Secret", metadata: { name: "s", uid: "2" }, data: { cluster1: "", cluster2: "" } });
`;

describe("stacks: what a stack has and will have no more", () => {
  const kubectl = scriptedKubectl();

  /** The state of a stack: its outputs, and its resources where they are read. */
  interface State {
    readonly outputs?: object;
    readonly resources?: object;
    readonly fails?: boolean;
    /** Clusters that others know. */
    readonly seen?: readonly string[];
  }

  async function judge(
    { outputs, resources, fails, seen = [] }: State,
    values: Readonly<Record<string, unknown>> = {},
    script = ANSWERS,
  ) {
    const asked: string[] = [];
    await pulumi.runtime.setMocks(
      {
        newResource: () => ({ id: "", state: {} }),
        call: ({ token }) => {
          asked.push(token.split(":").at(-1) ?? "");
          if (fails === true) {
            throw new Error("no such stack");
          }
          return { outputs: token.endsWith("readStackOutputs") ? outputs : resources };
        },
      },
      "p",
      "s",
    );
    kubectl.script(script);
    const read = configuration(values);
    const { problems, warnings, notes } = bySeverity(
      await judgeFormerState(read, toEnvironment(read), seen, await readOwnOutputs(), commandStates),
    );
    return { problems: lines(problems), warnings: lines(warnings), notes: heads(notes), asked, calls: kubectl.calls() };
  }

  const clusters = (...names: readonly string[]) => ({ clusters: names.map((name) => ({ name })) });
  const three = clusters("cluster1", "cluster2", "cluster3");

  it("is nothing where all of it stays, and in a new stack; the resources are not read", async () => {
    for (const outputs of [
      undefined,
      clusters("cluster1", "cluster2"),
      { ...clusters("cluster1"), etcdUsers: "off" },
    ]) {
      assert.deepEqual(await judge({ ...(outputs && { outputs }) }), {
        ...{ problems: [], warnings: [], notes: [], calls: [] },
        asked: ["readStackOutputs"],
      });
    }
  });

  it("is a cluster that leaves, judged as its policy check would", async () => {
    const resources = {
      ...command("clustermesh-cluster3-policy-check", policyCheckInput("cluster3")),
      ...command("clustermesh-cluster1-policy-check", policyCheckInput("cluster1")),
    };
    const { problems, warnings, notes, calls } = await judge({ outputs: three, resources });
    assert.equal(problems.length, 1, problems.join("\n"));
    assert.deepEqual(notes, ['cluster "cluster3": 48 agents roll where they get back a name or id of before']);
    assert.match(
      problems[0] ?? "",
      /^cluster "cluster3": CiliumNetworkPolicy shop\/db spec\.endpointSelector .* are open, for the cluster will be "default" again; .*list the cluster again/,
    );
    assert.deepEqual(warnings, []);
    assert.deepEqual([...new Set(calls.map(([first]) => first))], ["--context=context-of-cluster3"]);
  });

  it("is judged by a state from before as well", async () => {
    const { cilium, desiredConfig, originalConfig, ...same } = policyCheckInput("cluster3");
    const former = { ...same, names: cilium, desired: desiredConfig, originals: originalConfig };
    const { problems } = await judge({ outputs: three, resources: command("cluster3-guard", former) });
    assert.equal(problems.length, 1, problems.join("\n"));
    const lost = { ...former, gone: true };
    assert.deepEqual((await judge({ outputs: three, resources: command("cluster3-guard", lost) })).calls, []);
  });

  it("is a cluster that others know, though the up that was to make it a member has failed", async () => {
    const resources = command("clustermesh-cluster3-policy-check", policyCheckInput("cluster3"));
    const outputs = clusters("cluster1", "cluster2");
    assert.equal((await judge({ outputs, resources, seen: ["cluster1", "cluster3"] })).problems.length, 1);
    assert.deepEqual((await judge({ outputs, resources, seen: ["cluster1", "cluster2"] })).problems, []);
  });

  it("is judged by the addresses of its peers, as its policy check was given them", async () => {
    const ranges = {
      cluster1: { podCIDRs: ["10.60.0.0/16"], nodeCIDRs: ["10.1.1.0/24"] },
      cluster2: { podCIDRs: ["10.70.0.0/16"], nodeCIDRs: ["10.1.2.0/24"] },
    };
    const policy = { ...POLICY, spec: { ingress: [{ fromCIDR: ["10.1.2.0/24"] }] } };
    const script = ANSWERS.replace(JSON.stringify(POLICY), JSON.stringify(policy));
    const resources = command("clustermesh-cluster3-policy-check", policyCheckInput("cluster3"), {
      stdin: JSON.stringify({ [LARGE_INPUT]: JSON.stringify({ ranges }) }),
    });
    const { problems, warnings } = await judge({ outputs: three, resources }, {}, script);
    assert.deepEqual(problems, []);
    assert.equal(warnings.length, 1, warnings.join("\n"));
    assert.match(
      warnings[0] ?? "",
      /^cluster "cluster3": .*fromCIDR\[0\] lets pods and nodes of cluster2 in from then on/,
    );
  });

  it("is asked with the kubeconfig that it had, where it had one", async () => {
    const resources = command(
      "clustermesh-cluster3-policy-check",
      policyCheckInput("cluster3", { cluster: { name: "cluster3" } }),
      {
        stdin: JSON.stringify({ cluster3: "a kubeconfig" }),
      },
    );
    const { problems, calls } = await judge({ outputs: three, resources });
    assert.equal(problems.length, 1);
    assert.ok(calls.length > 0 && calls.every(([first]) => first?.startsWith("--kubeconfig=")));
  });

  it("is named and let go where that was accepted before", async () => {
    const resources = command(
      "clustermesh-cluster3-policy-check",
      policyCheckInput("cluster3", { openPolicies: true }),
    );
    const { problems, warnings } = await judge({ outputs: three, resources });
    assert.deepEqual(problems, []);
    assert.match(warnings.join(), /shop\/db .*\(accepted by openPolicies\)/);
  });

  it("is not asked where it was declared lost", async () => {
    const resources = command("clustermesh-cluster3-policy-check", policyCheckInput("cluster3", { lost: true }));
    assert.deepEqual((await judge({ outputs: three, resources })).calls, []);
  });

  it("is refused where it does not answer, or warned of where that is wanted", async () => {
    const resources = command("clustermesh-cluster3-policy-check", policyCheckInput("cluster3"));
    const dead = 'process.stderr.write("error: You must be logged in to the server (Unauthorized)"); process.exit(1);';
    const line =
      /^cluster "cluster3": it leaves, and cannot be asked: .*Unauthorized.*; these credentials are those of the last up/;
    const refused = await judge({ outputs: three, resources }, {}, dead);
    assert.match(refused.problems.join(), line);
    const warned = await judge({ outputs: three, resources }, { allow: ["unreachable"] }, dead);
    assert.deepEqual(warned.problems, []);
    assert.match(warned.warnings.join(), line);
  });

  it("is known by the output of before, too", () => {
    const cluster1 = { uid: "u", set: { "cluster-name": "cluster1" }, targets: recordOf().targets };
    for (const output of ["meshedClusters", "recorded"]) {
      assert.deepEqual(meshedBefore({ kind: "read", outputs: { [output]: { cluster1 } } }), { cluster1 });
    }
  });

  it("is said where its state cannot be read", async () => {
    const { problems, warnings } = await judge({ fails: true });
    assert.deepEqual(problems, []);
    assert.match(
      warnings.join(),
      /the stack's own state cannot be read \(.*\): clusters that leave are not judged here/,
    );
  });

  describe("of users in etcd", () => {
    const managed = { ...clusters("cluster1", "cluster2"), etcdUsers: { cluster1: "enforced", cluster2: "prepared" } };
    const users = (name: string, auth: string, over: object = {}) =>
      command(
        `clustermesh-${name}-etcd-users`,
        { cluster: name, endpoints: [], users: ["remote-x"], ...over },
        { stdout: JSON.stringify({ auth, users: ["remote-x"] }) },
      );
    const resources = { ...users("cluster1", "enforced"), ...users("cluster2", "off") };

    it("is refused where etcd was known to hold peers to them; where it cannot be asked that is said", async () => {
      const { problems, warnings } = await judge({ outputs: managed, resources });
      assert.equal(problems.length, 1);
      assert.match(
        problems[0] ?? "",
        /^cluster "cluster1": clustermesh:etcdUsers "off" would remove the users of its peers/,
      );
      assert.equal(warnings.length, 1);
      assert.match(warnings[0] ?? "", /^cluster "cluster2": .* could not be asked here \(.*\); it is asked again/);
    });

    it("is nothing while they are managed", async () => {
      const extra = { etcdUsers: "manage" };
      assert.deepEqual((await judge({ outputs: managed, resources }, extra)).asked, ["readStackOutputs"]);
    });
  });
});
