import assert from "node:assert/strict";
import { kubectlCommand } from "../../../../components/kubernetes/model/kubectlCommand";

describe("model: kubectl as a person calls it", () => {
  it("goes to the cluster of the context, whatever the context is called", () => {
    assert.equal(
      kubectlCommand("arn:aws:eks:eu-1:1:cluster/west"),
      "kubectl --context arn:aws:eks:eu-1:1:cluster/west",
    );
    assert.equal(kubectlCommand("it's; rm -rf /"), "kubectl --context 'it'\\''s; rm -rf /'");
    assert.equal(kubectlCommand(""), "kubectl --context ''");
  });

  it("names a kubeconfig where one was given: whose content it is, nobody's machine tells", () => {
    assert.equal(kubectlCommand(undefined), "kubectl --kubeconfig <its kubeconfig>");
  });
});
