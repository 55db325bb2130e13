import assert from "node:assert/strict";
import type { LabCluster } from "../../../lab";
import { snapshots } from "../../support/kubernetes/snapshot";
import { meshConfig, WITHOUT_PREFLIGHT } from "../../support/stacks/meshConfig";
import type { PulumiStack } from "../../support/stacks/pulumi";
import { engine } from "../support/engine";
import { apiserverMesh } from "../support/apiserver/apiserverLab";
import { assertRefused, patched, without } from "../support/apiserver/refused";

const HELM =
  /helm upgrade cilium cilium\/cilium --version 1\.20\.2 --kube-context cluster\d --namespace kube-system --reuse-values/;

/** A way in which a cluster cannot be part of the mesh yet. */
interface Fault {
  readonly what: string;
  readonly lines: readonly RegExp[];
  readonly during: (cluster: LabCluster, work: () => Promise<void>) => Promise<void>;
}

/** An object is changed, and changed back. */
const changed =
  (object: string, to: object, back: (cluster: LabCluster) => Promise<object>): Fault["during"] =>
  async (cluster, work) => {
    const before = await back(cluster);
    await patched(cluster, object, to);
    try {
      await work();
    } finally {
      await patched(cluster, object, before);
    }
  };

async function dataOf(cluster: LabCluster, object: string, keys: readonly string[]): Promise<object> {
  const { stdout } = await cluster.run(["get", object, "-n", "kube-system", "-o", "jsonpath={.data}"]);
  const data = JSON.parse(stdout) as Readonly<Record<string, string>>;
  return { data: Object.fromEntries(keys.map((key) => [key, data[key]])) };
}

const NODE_PORT = {
  spec: { type: "NodePort", ports: [{ port: 2379, nodePort: 32379, targetPort: 2379, name: "apiserv" }] },
};

const FAULTS: readonly Fault[] = [
  {
    what: "without a clustermesh-apiserver",
    lines: [
      /cluster "cluster2": Deployment kube-system\/clustermesh-apiserver is not there, and no etcd is given/,
      HELM,
      /--set clustermesh\.useAPIServer=true \(or by its HelmChart, in k3s and RKE2\), which restarts no agent;/,
    ],
    during: (cluster, work) => without(cluster, "deployment/clustermesh-apiserver", work),
  },
  {
    what: "that was installed with another name and id",
    lines: [
      /cluster "cluster2": live cluster-name and cluster-id \["default","0"\] are not the declared "cluster2" and 102/,
      /--set cluster\.name=cluster2 --set cluster\.id=102/,
    ],
    during: changed("configmap/cilium-config", { data: { "cluster-name": "default", "cluster-id": "0" } }, (cluster) =>
      dataOf(cluster, "configmap/cilium-config", ["cluster-name", "cluster-id"]),
    ),
  },
  {
    what: "that is called otherwise in a mesh",
    lines: [/cluster "cluster2": live cluster-name "ocean" is that of a cluster meshed with id 102/],
    during: changed("configmap/cilium-config", { data: { "cluster-name": "ocean" } }, (cluster) =>
      dataOf(cluster, "configmap/cilium-config", ["cluster-name"]),
    ),
  },
  {
    what: "whose authority has no key, and for whose peers nothing was issued",
    lines: [
      /cluster "cluster2": Secret kube-system\/cilium-ca has no ca\.key .*clustermesh-apiserver-remote-cert, .* is not there either; .*apiserver\.ca/,
    ],
    during: (cluster, work) =>
      changed("secret/cilium-ca", { data: { "ca.key": null } }, () => dataOf(cluster, "secret/cilium-ca", ["ca.key"]))(
        cluster,
        () => without(cluster, "secret/clustermesh-apiserver-remote-cert", work),
      ),
  },
  {
    what: "whose Service nobody outside reaches",
    lines: [
      /cluster "cluster2": Service kube-system\/clustermesh-apiserver is of type ClusterIP, .* LoadBalancer or NodePort/,
    ],
    during: changed("service/clustermesh-apiserver", { spec: { type: "ClusterIP" } }, () => Promise.resolve(NODE_PORT)),
  },
  {
    what: "whose users are another stack's",
    lines: [
      /cluster "cluster2": ConfigMap kube-system\/clustermesh-remote-users .*"else\/mesh\/prod" is the mark of another stack/,
    ],
    during: async (cluster, work) => {
      const users = { owner: "else/mesh/prod", users: [] };
      const metadata = {
        name: "clustermesh-remote-users",
        namespace: "kube-system",
        annotations: { "cilium-clustermesh/users": JSON.stringify(users) },
      };
      const object = { apiVersion: "v1", kind: "ConfigMap", metadata, data: { "users.yaml": "users:\n" } };
      await cluster.run(["create", "--filename=-"], { stdin: JSON.stringify(object) });
      try {
        await work();
      } finally {
        await cluster.run(["delete", "configmap/clustermesh-remote-users", "-n", "kube-system"]);
      }
    },
  },
];

/** The mesh without a look at the live clusters. */
const PROGRAM = `
import * as pulumi from "@pulumi/pulumi";
import { ClusterMesh, type ClusterMeshArgs } from "./components";

export = () => Promise.resolve(new ClusterMesh("mesh", new pulumi.Config().requireObject<ClusterMeshArgs>("mesh")).topology);
`;

const NOT_ASKED = (property: string, why: string) =>
  new RegExp(`cluster "cluster1": ${property} is not written down, and ${why}; write it down`);

describe("a cluster that publishes nothing for its peers yet, or cannot be read by them", function () {
  this.timeout("5m");
  let stack: PulumiStack;
  let clusters: readonly LabCluster[];
  let second: LabCluster;
  let kubeconfig: string;

  before(async () => {
    ({ stack, clusters, kubeconfig } = await apiserverMesh("apiserver-refused", 2, { allow: [] }));
    [, second = assert.fail()] = clusters;
  });

  for (const { what, lines, during } of FAULTS) {
    it(`(${what}) is refused in the preview and by up, with what to do, before anything is written`, async () => {
      const before = await snapshots(clusters);
      await during(second, () => assertRefused(stack, clusters, ...lines));
      assert.deepEqual(
        (await snapshots(clusters)).map((objects) => Object.keys(objects)),
        before.map((objects) => Object.keys(objects)),
      );
    });
  }

  it("is to be written down as a whole where no live cluster is asked", async () => {
    await stack.configure(meshConfig(clusters, { allow: [], ...WITHOUT_PREFLIGHT }));
    const asked = "no live cluster is asked \\(wait\\.preflight\\)";
    await assertRefused(stack, clusters, NOT_ASKED("apiserver\\.endpoints", asked), NOT_ASKED("podCIDRs", asked));
  });

  it("is to be written down as a whole by a program that has not looked at it", async () => {
    const library = await (
      await engine()
    ).workstation.stackOf(PROGRAM, "apiserver-library", { KUBECONFIG: kubeconfig });
    await library.init({ mesh: meshConfig(clusters) });
    const asked = "the cluster was not asked, or did not answer";
    await assertRefused(library, clusters, NOT_ASKED("apiserver\\.endpoints", asked), NOT_ASKED("podCIDRs", asked));
  });
});
