import assert from "node:assert/strict";
import { isPolicyKind, undiscovered } from "../../../../components/policyCheck/model/policyKinds";

describe("model: kinds of policies", () => {
  it("are Cilium's own, and network policies of whatever group", () => {
    const kinds = [
      "ciliumnetworkpolicies.cilium.io",
      "ciliumclusterwidenetworkpolicies.cilium.io",
      "ciliumegressgatewaypolicies.cilium.io",
      "ciliumlocalredirectpolicies.cilium.io",
      "ciliumcidrgroups.cilium.io",
      "isovalentclusterwidenetworkpolicies.isovalent.com",
      "isovalentegressgatewaypolicies.isovalent.com",
      "networkpolicies.networking.k8s.io",
      "adminnetworkpolicies.policy.networking.k8s.io",
      "baselineadminnetworkpolicies.policy.networking.k8s.io",
      "clusternetworkpolicies.policy.networking.k8s.io",
      "clusternetworkpolicies.crd.antrea.io",
    ];
    assert.deepEqual(kinds.filter(isPolicyKind), kinds);
  });

  it("are not reports about policies, and not policies about anything else, however many there are", () => {
    const kinds = [
      "policyreports.wgpolicyk8s.io",
      "clusterpolicyreports.wgpolicyk8s.io",
      "policyreports.openreports.io",
      "clusterpolicies.kyverno.io",
      "policies.kyverno.io",
      "policyexceptions.kyverno.io",
      "imagevalidatingpolicies.policies.kyverno.io",
      "validatingadmissionpolicies.admissionregistration.k8s.io",
      "validatingadmissionpolicybindings.admissionregistration.k8s.io",
      "mutatingadmissionpolicies.admissionregistration.k8s.io",
      "poddisruptionbudgets.policy",
      "podsecuritypolicies.policy",
      "imagepolicies.image.toolkit.fluxcd.io",
      "backuppolicies.velero.example",
      "authorizationpolicies.security.istio.io",
      "backendtlspolicies.gateway.networking.k8s.io",
      "networkpolicyreports.example.io",
      "ciliumendpoints.cilium.io",
      "pods",
      "",
      "x.policies.io",
    ];
    assert.deepEqual(kinds.filter(isPolicyKind), []);
  });

  it("stay unknown where a group does not answer, unless it has metrics and no more", () => {
    const failed = (...groups: readonly string[]) =>
      `error: unable to retrieve the complete list of server APIs: ${groups.map((each) => `${each}: the server is currently unable to handle the request`).join(", ")}\n`;
    assert.equal(undiscovered(failed("metrics.k8s.io/v1beta1", "custom.metrics.k8s.io/v1beta2")), undefined);
    assert.match(undiscovered(failed("metrics.k8s.io/v1beta1", "old.io/v1")) ?? "", /^error: .*old\.io\/v1/);
    assert.equal(undiscovered("the server is gone\nand more"), "the server is gone");
    assert.equal(undiscovered(""), "");
  });
});
