import assert from "node:assert/strict";
import { giveValues } from "../../../../components/preflight/model/helmCommand";
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
    for (const manager of ["helm", "Helm", "cilium", "cilium-clustermesh"]) {
      const said = give(ownedBy(manager, RELEASE), "a=1", "b=2");
      assert.match(said, /^run helm upgrade cilium cilium\/cilium --version \S+ .* --set a=1 --set b=2$/, manager);
    }
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
});
