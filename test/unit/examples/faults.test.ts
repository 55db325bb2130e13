import assert from "node:assert/strict";
import { clustersOf } from "../../support/examples/exampleFiles";
import type { RenderedObject } from "../../support/examples/rendered";
import { lines } from "../support/mesh/mesh";
import { lineOf, previewExample } from "../support/examples/preview";
import { argocdWorld, eksWorld, kindWorld, kubeadmWorld, rancherWorld } from "../support/examples/worlds";
import { scriptedKubectl } from "../support/kubernetes/scriptedKubectl";

/** A ConfigMap of Cilium with other values, and everything else as it is. */
const withConfig =
  (values: Readonly<Record<string, string>>) =>
  (object: RenderedObject): RenderedObject =>
    object.kind === "ConfigMap" ? { ...object, data: { ...object.data, ...values } } : object;

/** The clusters of an example, one of them with other settings. */
const withCluster = (example: string, name: string, over: object) => ({
  clusters: { ...clustersOf(example), [name]: { ...clustersOf(example)[name], ...over } },
});

describe("what goes wrong with clusters of a kind, as the first preview of its example says it", () => {
  const kubectl = scriptedKubectl();

  it("kind: its own range of pods in both", async () => {
    const { problems } = await previewExample(kubectl, "kind", kindWorld("10.244.0.0/16"));
    assert.equal(problems.length, 1);
    lineOf(
      problems,
      'cluster "west": podCIDRs[0] "10.244.0.0/16" overlaps podCIDRs[0] of cluster "east" (10.244.0.0/16)',
    );
  });

  it("kind: a context without its prefix", async () => {
    const values = withCluster("kind", "west", { context: "west" });
    const { problems } = await previewExample(kubectl, "kind", kindWorld(), { values });
    assert.deepEqual(lines(problems), [
      'cluster "west": context "west" is not in the kubeconfig; the likeliest are "kind-west"',
    ]);
  });

  it("kubeadm: the etcd of the API server", async () => {
    const etcd = { endpoints: ["https://10.31.0.11:2379"] };
    const values = withCluster("kubeadm", "north", { etcd });
    const { problems } = await previewExample(kubectl, "kubeadm", kubeadmWorld(), { values });
    const said = lineOf(
      problems,
      'cluster "north": etcd.endpoints[0] "https://10.31.0.11:2379" is the etcd of the API',
    );
    assert.match(said, /give Cilium an etcd of its own: who can read the API server's etcd can read every Secret/);
  });

  it("kubeadm: two contexts of one name, so that both lead to one cluster", async () => {
    const { problems } = await previewExample(kubectl, "kubeadm", kubeadmWorld({ uid: "one" }));
    lineOf(problems, 'cluster "south": context leads to the same cluster as "north"');
  });

  it("EKS: two VPCs with one range, before any cluster is asked", async () => {
    const values = withCluster("eks", "eks-east", { podCIDRs: ["10.41.0.0/16"] });
    const { problems } = await previewExample(kubectl, "eks", eksWorld(), { values });
    lineOf(problems, 'cluster "eks-west": podCIDRs[0] "10.41.0.0/16" overlaps podCIDRs[0] of cluster "eks-east"');
  });

  it("EKS: a VPC with another range than is written down", async () => {
    const { problems } = await previewExample(kubectl, "eks", eksWorld({ "eks-east": { range: "10.41.0.0/16" } }));
    lineOf(
      problems,
      'cluster "eks-east": live subnets of pods "10.41.1.0/24" is not inside podCIDRs (10.42.0.0/16), and overlaps podCIDRs of ' +
        'cluster "eks-west" (10.41.0.0/16)',
    );
  });

  it("EKS: an id above 127", async () => {
    const values = withCluster("eks", "eks-east", { id: 142 });
    const world = eksWorld();
    const change = withConfig({ "cluster-id": "142" });
    const east = { ...(world["eks-east"] ?? assert.fail()), change };
    const { problems } = await previewExample(kubectl, "eks", { ...world, "eks-east": east }, { values });
    lineOf(problems, 'cluster "eks-east": id 142 has bit 7 set, which IPAM mode "eni" needs for itself');
  });

  it("EKS: a certificate without the name of the load balancer", async () => {
    const { problems } = await previewExample(
      kubectl,
      "eks",
      eksWorld({}, () => []),
    );
    const said = lineOf(
      problems,
      'cluster "eks-west": Service kube-system/clustermesh-apiserver is reached by the name k8s-',
    );
    assert.match(said, /which its server certificate does not have; add it to the certificate \(\S+\.extraDnsNames\)/);
  });

  it("RKE2 and k3s: the range of pods that both have by default", async () => {
    const { problems } = await previewExample(kubectl, "rancher", rancherWorld("10.42.0.0/16"));
    assert.equal(problems.length, 1);
    lineOf(
      problems,
      'cluster "edge": podCIDRs[0] "10.42.0.0/23" overlaps podCIDRs[0] of cluster "core" (10.42.0.0/16)',
    );
  });

  it("k3s: the chart's own pool, which holds the pods of the other cluster", async () => {
    const world = rancherWorld();
    const change = withConfig({ "cluster-pool-ipv4-cidr": "10.0.0.0/8" });
    const { problems } = await previewExample(kubectl, "rancher", {
      ...world,
      edge: { ...(world["edge"] ?? assert.fail()), change },
    });
    lineOf(problems, 'cluster "edge": podCIDRs[0] "10.0.0.0/8" overlaps podCIDRs[0] of cluster "core" (10.51.0.0/16)');
  });

  it("RKE2: name and id that are not in its HelmChartConfig", async () => {
    const world = rancherWorld();
    const change = withConfig({ "cluster-name": "default", "cluster-id": "0" });
    const core = { ...(world["core"] ?? assert.fail()), change };
    const { problems } = await previewExample(kubectl, "rancher", { ...world, core });
    const said = lineOf(problems, 'cluster "core": live cluster-name and cluster-id ["default","0"] are not');
    assert.match(said, /; set cluster\.name=core and cluster\.id=51 in valuesContent of HelmChartConfig /);
  });

  it("Argo CD: name and id that are not in its Application, which it would write again", async () => {
    const change = withConfig({ "cluster-name": "default", "cluster-id": "0" });
    const { problems } = await previewExample(kubectl, "argocd", argocdWorld({ change }));
    const said = lineOf(
      problems,
      'cluster "blue": live cluster-name and cluster-id ["default","0"] are not the declared "blue"',
    );
    assert.match(
      said,
      /; set cluster\.name=blue and cluster\.id=61 where Application cilium of Argo CD has the chart's values from and then /,
    );
  });

  it("Argo CD: an Application that has the chart make the Secrets of the peers", async () => {
    const metadata = {
      name: "cilium-clustermesh",
      namespace: "kube-system",
      uid: "peers",
      annotations: { "argocd.argoproj.io/tracking-id": "cilium" },
      managedFields: [{ manager: "argocd-controller", operation: "Apply" }],
    };
    const others = [{ kind: "Secret", metadata, data: {} }];
    const { problems } = await previewExample(kubectl, "argocd", argocdWorld({ others }));
    lineOf(
      problems,
      'cluster "blue": Secret kube-system/cilium-clustermesh exists and was made by field manager "argocd-controller"',
    );
  });
});
