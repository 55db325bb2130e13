import assert from "node:assert/strict";
import { kubectlEnvironment } from "../../../../components/kubernetes/model/kubectlEnvironment";

const CHOSEN = { KUBECTL_KUBERC: "false", KUBERC: "off", LC_ALL: "C.UTF-8" };
const given = (variables: Readonly<Record<string, string>>, delimiter = ":") =>
  kubectlEnvironment(variables, delimiter);
const of = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, "/x"]));

describe("model: the environment of kubectl", () => {
  it("has what credentials and networks need", () => {
    const needed = of([
      ...["PATH", "HOME", "USER", "TMPDIR", "KUBECONFIG", "KUBECACHEDIR", "USERPROFILE"],
      ...["AWS_PROFILE", "AWS_CONFIG_FILE", "GOOGLE_APPLICATION_CREDENTIALS", "CLOUDSDK_CONFIG", "AZURE_CONFIG_DIR"],
      ...["AAD_LOGIN_METHOD", "ARM_CLIENT_ID", "OCI_CLI_AUTH", "VAULT_ADDR", "KUBE_TOKEN", "PULUMI_ACCESS_TOKEN"],
      ...["HTTPS_PROXY", "https_proxy", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR", "XDG_CACHE_HOME", "SSH_AUTH_SOCK"],
    ]);
    assert.deepEqual(given(needed), { ...needed, ...CHOSEN });
  });

  it("has nothing that changes what kubectl does, where it goes and how it says it", () => {
    const withheld = of([
      ...["KUBECTL_KUBERC", "KUBERC", "KUBECTL_ENABLE_CMD_SHADOW", "KUBECTL_EXTERNAL_DIFF", "KUBECTL_COMMAND_HEADERS"],
      ...["KUBECTL_APPLYSET", "KUBECTL_TO_COME", "KUBE_EDITOR", "KUBE_FEATURE_WatchListClient"],
      ...["KUBE_CLIENT_BACKOFF_BASE", "KUBE_CACHE_MUTATION_DETECTOR", "KUBE_WATCHLIST_INCONSISTENCY_DETECTOR"],
      ...["KUBERNETES_MASTER", "KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT", "KUBERNETES_EXEC_INFO"],
      ...["POD_NAMESPACE", "LANG", "LANGUAGE", "LC_ALL", "LC_MESSAGES"],
    ]);
    assert.deepEqual(given(withheld), CHOSEN);
  });

  it("has no secret and no input of Pulumi's", () => {
    const names = ["PULUMI_CONFIG", "PULUMI_CONFIG_SECRET_KEYS", "PULUMI_CONFIG_PASSPHRASE", "PULUMI_COMMAND_STDOUT"];
    assert.deepEqual(given(of([...names, "PULUMI_COMMAND_STDERR", "CLUSTERMESH_COMMAND_INPUT"])), CHOSEN);
  });

  it("looks for programs in absolute folders alone, and caches in one", () => {
    const path = ["/usr/bin", "", ".", "bin", "./x", "../y", "/opt/bin"].join(":");
    assert.deepEqual(given({ PATH: path, KUBECACHEDIR: "cache" }), { PATH: "/usr/bin:/opt/bin", ...CHOSEN });
    assert.equal(given({ Path: "C:\\bin;.;x" }, ";")["Path"], "C:\\bin");
  });
});
