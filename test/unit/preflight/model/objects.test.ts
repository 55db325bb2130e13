import assert from "node:assert/strict";
import { FIELD_MANAGER, OWNER_ANNOTATION } from "../../../../components/kubernetes/model/ownership";
import { foreignObjects, missingObjects, ownedValues } from "../../../../components/preflight/model/objects";
import type { PreflightPolicy } from "../../../../components/preflight/model/policy";
import { lines } from "../../support/mesh/mesh";
import { daemonSetWith, found, managers, POLICY, recorded, type LiveOptions } from "../../support/preflight/live";

const policy = (over: Partial<PreflightPolicy>): PreflightPolicy => ({ ...POLICY, ...over });

describe("preflight: Cilium's objects", () => {
  const missing = (options: LiveOptions, over: Partial<PreflightPolicy> = {}) =>
    lines(missingObjects(found(1, options), policy(over)));

  it("are all there in a cluster with Cilium's chart", () => {
    assert.deepEqual(missing({}), []);
  });

  it("are named where they are missing", () => {
    const install =
      "does not exist in the cluster; install Cilium there, or name the object that your installation has";
    assert.deepEqual(missing({ without: ["configmap", "daemonset", "deployment"] }), [
      `cluster "cluster1": ConfigMap "kube-system/cilium-config" ${install}`,
      `cluster "cluster1": DaemonSet "kube-system/cilium" ${install}`,
      `cluster "cluster1": Deployment "kube-system/cilium-operator" ${install}`,
    ]);
  });

  it("need no operator where none is declared", () => {
    assert.deepEqual(missing({ without: ["deployment"] }, { cilium: { ...POLICY.cilium, operator: false } }), []);
  });

  it("need the peers' Secret in the agents' pods; the message has what to add", () => {
    const [line, ...rest] = missing({}, { peerSecret: "my-peers" });
    assert.deepEqual(rest, []);
    assert.equal(
      line,
      'cluster "cluster1": DaemonSet kube-system/cilium has no volume of Secret "my-peers" at /var/lib/cilium/clustermesh; ' +
        "add to its pod template: a volume {name: clustermesh-secrets, projected: {defaultMode: 0400, sources: [{secret: {name: my-peers, optional: true}}]}} " +
        "and to its container cilium-agent a volumeMount {name: clustermesh-secrets, mountPath: /var/lib/cilium/clustermesh, readOnly: true}",
    );
  });

  it("need the whole of it there: what is mounted by subPath never changes", () => {
    const volumeMounts = [{ name: "clustermesh-secrets", mountPath: "/var/lib/cilium/clustermesh", subPath: "a" }];
    assert.deepEqual(missing({ daemonSet: daemonSetWith({ volumeMounts }) }), [
      'cluster "cluster1": DaemonSet kube-system/cilium mounts Secret "cilium-clustermesh" at /var/lib/cilium/clustermesh with subPath: the kubelet never updates such a mount; ' +
        "mount the whole volume there, without subPath",
    ]);
  });
});

describe("preflight: values of another manager", () => {
  const owned = (options: LiveOptions, over: Partial<PreflightPolicy> = {}) =>
    lines(ownedValues(found(1, options), policy(over)));

  it("of Helm that differ are refused, with the values to set", () => {
    const set =
      "run helm upgrade cilium cilium/cilium --version 1.20.2 --namespace kube-system --reuse-values --set cluster.name=cluster1 --set cluster.id=101 (or by its HelmChart, in k3s and RKE2); or add overwriteConflicts to clustermesh:allow (pulumi config set --path 'clustermesh:allow[0]' overwriteConflicts, where nothing is in it yet): the originals come back on destroy";
    assert.deepEqual(owned({}), [
      `cluster "cluster1": cilium-config cluster-name and cluster-id ["default","0"] belong to Helm release "cilium" and differ from "cluster1" and "101"; ${set}`,
    ]);
  });

  it("that Flux or RKE2 give to the chart are to be set there", () => {
    const fixOf = (release: string, manager: string) => {
      const annotations = { "meta.helm.sh/release-name": release };
      const managedFields = managers({ [manager]: ["cluster-name"] });
      const [line = ""] = owned({ config: { "cluster-id": "101" }, configMetadata: { annotations, managedFields } });
      return /; (.*); or add/.exec(line)?.[1];
    };
    const values = "cluster.name=cluster1 and cluster.id=101";
    assert.match(
      fixOf("cilium", "helm") ?? "",
      /^run helm upgrade cilium .* --set cluster\.name=cluster1 --set cluster\.id=101 /,
    );
    assert.equal(
      fixOf("cilium", "helm-controller"),
      `set ${values} where "helm-controller" has the chart's values from`,
    );
    assert.equal(
      fixOf("rke2-cilium", "helm"),
      `set ${values} in valuesContent of HelmChartConfig kube-system/rke2-cilium`,
    );
  });

  it("of another manager are refused, and it is named", () => {
    const configMetadata = { annotations: {}, managedFields: managers({ kubectl: ["cluster-name", "cluster-id"] }) };
    assert.deepEqual(owned({ config: { "cluster-id": "101" }, configMetadata }), [
      `cluster "cluster1": cilium-config cluster-name "default" belongs to field manager "kubectl" and differs from "cluster1"; set it to "cluster1" where "kubectl" has it from; or add overwriteConflicts to clustermesh:allow (pulumi config set --path 'clustermesh:allow[0]' overwriteConflicts, where nothing is in it yet): the originals come back on destroy`,
    ]);
  });

  it("are fine where they are what is wanted, are missing, or may be overwritten", () => {
    assert.deepEqual(owned({ config: { "cluster-name": "cluster1", "cluster-id": "101" } }), []);
    assert.deepEqual(owned({ config: { "cluster-name": undefined, "cluster-id": undefined } }), []);
    assert.deepEqual(owned({}, { allow: ["overwriteConflicts"] }), []);
    assert.deepEqual(owned({ without: ["configmap"] }), []);
  });

  it("are not ours, and not nobody's", () => {
    const ours = { managedFields: managers({ [FIELD_MANAGER]: ["cluster-name", "cluster-id"], helm: ["ipam"] }) };
    assert.deepEqual(owned({ configMetadata: ours }), []);
    assert.deepEqual(owned({ configMetadata: { managedFields: [] } }), []);
  });
});

describe("preflight: objects under our names", () => {
  const secret = recorded("helm-secret");
  const foreign = (options: LiveOptions, over: Partial<PreflightPolicy> = {}) =>
    lines(foreignObjects(found(1, options), policy(over)));
  const ownedBy = (owner: string) => ({
    ...secret,
    metadata: { ...secret.metadata, annotations: { [OWNER_ANNOTATION]: owner } },
  });

  it("are refused where another owner made them; the message names the fix", () => {
    const fix =
      "remove it, set clustermesh:peerSecret to another name that the agents mount, or add adoptSecret to clustermesh:allow (pulumi config set --path 'clustermesh:allow[0]' adoptSecret, where nothing is in it yet): it gets the peers and keeps its own keys";
    const at = 'cluster "cluster1": Secret kube-system/cilium-clustermesh exists and';
    assert.deepEqual(foreign({ claimed: [secret] }), [`${at} was made by Helm release "cilium"; ${fix}`]);
    assert.deepEqual(foreign({ claimed: [ownedBy("clustermesh/other")] }), [
      `${at} belongs to stack "clustermesh/other"; let that stack give it back first, or choose another name that the agents mount`,
    ]);
  });

  it("are fine where this stack made them", () => {
    assert.deepEqual(foreign({ claimed: [ownedBy("clustermesh/test")] }), []);
  });

  it("may not be another stack's, adopted or not", () => {
    const refused = foreign({ claimed: [ownedBy("clustermesh/other")] }, { allow: ["adoptSecret"] });
    assert.match(refused[0] ?? "", /belongs to stack "clustermesh\/other"/);
  });

  it("may be an adopted Secret with keys of its own", () => {
    assert.deepEqual(foreign({ claimed: [secret] }, { allow: ["adoptSecret"] }), []);
  });

  it("may be the Secret of KVStoreMesh, adopted: the message names that as a fix", () => {
    const caches = { ...secret, metadata: { ...secret.metadata, name: "cilium-kvstoremesh" } };
    const [refused = ""] = foreign({ claimed: [caches] });
    assert.match(refused, /Secret kube-system\/cilium-kvstoremesh exists and .*; remove it, or add adoptSecret to/);
    assert.deepEqual(foreign({ claimed: [caches] }, { allow: ["adoptSecret"] }), []);
  });

  it("may not be an adopted Secret that has our keys already", () => {
    const claimed = [{ ...secret, data: { west: "", cluster2: "", "mesh.ca.crt": "" } }];
    assert.deepEqual(foreign({ claimed }, { allow: ["adoptSecret"] }), [
      'cluster "cluster1": Secret kube-system/cilium-clustermesh ["cluster2","mesh.ca.crt"] are keys that it has already; remove those keys, or choose another name with clustermesh:peerSecret',
    ]);
  });

  it("may be an adopted Secret in which the keys are ours from an earlier run", () => {
    const managedFields = managers({ helm: ["west"], [FIELD_MANAGER]: ["cluster2"] });
    const adopted = { ...secret, data: { west: "", cluster2: "" }, metadata: { ...secret.metadata, managedFields } };
    assert.deepEqual(foreign({ claimed: [adopted] }, { allow: ["adoptSecret"] }), []);
  });

  it("may not be any other object, adopted Secret or not", () => {
    const namespace = { kind: "Namespace", metadata: { name: "istio-space", uid: "u" } };
    const server = { ...secret, metadata: { ...secret.metadata, name: "clustermesh-etcd-server" } };
    const [first, second] = foreign({ claimed: [namespace, server] }, { allow: ["adoptSecret"] });
    assert.equal(
      first,
      'cluster "cluster1": Namespace istio-space exists and was made by an unknown manager; remove it, or choose another name or namespace',
    );
    assert.equal(
      second,
      'cluster "cluster1": Secret kube-system/clustermesh-etcd-server exists and was made by Helm release "cilium"; remove it',
    );
  });
});
