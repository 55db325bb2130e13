import assert from "node:assert/strict";
import { membersOf } from "../../../../components/preflight/knownMesh";
import * as pulumi from "@pulumi/pulumi";
import { LARGE_INPUT } from "../../../../components/command/protocol";
import { rangesText } from "../../../../components/policyCheck/model/rangesText";
import { judgePolicyChanges } from "../../../../components/preflight/policyChanges";
import { commandStates } from "../../../../stacks/program/ownState";
import { rangesBefore } from "../../../../stacks/program/rangesBefore";
import { scriptedKubectl } from "../../support/kubernetes/scriptedKubectl";
import { bySeverity, lines } from "../../support/mesh/mesh";
import { liveCluster, managers } from "../../support/preflight/live";
import { clusterConfiguration, configuration } from "../../support/stacks/configuration";

const POLICY = {
  ...{ kind: "CiliumNetworkPolicy", metadata: { name: "server", namespace: "shop" } },
  spec: { ingress: [{ fromCIDR: ["10.103.7.0/24"] }] },
};
const ANSWERS = `
  const print = (what) => process.stdout.write(JSON.stringify(what));
  if (args[0] === "api-resources") process.stdout.write("ciliumnetworkpolicies.cilium.io\\n");
  else if (args[1].includes("polic")) print({ items: [${JSON.stringify(POLICY)}] });
  else print({ kind: "ConfigMap", metadata: { name: "cilium-config", uid: "1", managedFields: [] }, data: {} });
`;

/** A member of the mesh that knows the others by their peer files. */
function knowing(...names: readonly string[]) {
  const metadata = {
    ...{ name: "cilium-clustermesh", namespace: "kube-system", uid: "9" },
    managedFields: managers({ "cilium-clustermesh": names }),
  };
  const data = Object.fromEntries(names.map((name) => [name, ""]));
  const config = { "cluster-name": "cluster1", "cluster-id": "101" };
  return liveCluster({ config, claimed: [{ kind: "Secret", metadata, data }] });
}

describe("stacks: policies of a cluster that stays", () => {
  const kubectl = scriptedKubectl();

  /** Judges cluster1, which had cluster2 and cluster3 as peers, with the state of the last `up`. */
  async function judge(state: object | Error, clusters: Readonly<Record<string, object>>) {
    const asked: string[] = [];
    await pulumi.runtime.setMocks(
      {
        newResource: () => ({ id: "", state: {} }),
        call: ({ token }) => {
          asked.push(token);
          if (state instanceof Error) throw state;
          return { outputs: state };
        },
      },
      "p",
      "s",
    );
    kubectl.script(ANSWERS);
    const live = new Map([["cluster1", knowing("cluster1", "cluster2", "cluster3")]]);
    const access = { kind: "context", context: "context1" } as const;
    const read = configuration({ clusters });
    const judged = bySeverity(
      await judgePolicyChanges([{ name: "cluster1", access }], read, membersOf(read), "p/s", live, () =>
        rangesBefore(commandStates),
      ),
    );
    assert.deepEqual(judged.problems, []);
    return { said: lines(judged.warnings), asked };
  }

  const two = { cluster1: clusterConfiguration(1), cluster2: clusterConfiguration(2) };
  const ranges = { cluster3: { podCIDRs: ["10.103.0.0/16"], nodeCIDRs: ["10.1.3.0/24"] } };
  const state = {
    "urn:pulumi:s::p::command:local:Command::clustermesh-cluster1-policy-check": {
      type: "command:local:Command",
      outputs: {
        environment: {},
        stdin: JSON.stringify({ [LARGE_INPUT]: JSON.stringify({ ranges: rangesText(ranges) }) }),
      },
    },
  };
  const FINDING =
    /^cluster "cluster1": CiliumNetworkPolicy shop\/server .*fromCIDR\[0\] lets pods of cluster3 in from then on, as a part/;

  it("are judged by the addresses of a peer that leaves, as the last up had them", async () => {
    const { said } = await judge(state, two);
    assert.equal(said.length, 1, said.join("\n"));
    assert.match(said[0] ?? "", FINDING);
  });

  it("are judged by those of a peer that is lost, which is described still: the state is not read", async () => {
    const { said, asked } = await judge(new Error("no"), { ...two, cluster3: clusterConfiguration(3, { lost: true }) });
    assert.equal(said.length, 1, said.join("\n"));
    assert.match(said[0] ?? "", FINDING);
    assert.deepEqual(asked, []);
  });

  it("are said not to be judged where the state cannot be read", async () => {
    const { said } = await judge(new Error("no such stack"), two);
    assert.equal(said.length, 1, said.join("\n"));
    assert.match(
      said[0] ?? "",
      /^cluster "cluster1": policies with addresses are not judged for cluster3, whose ranges/,
    );
  });
});
