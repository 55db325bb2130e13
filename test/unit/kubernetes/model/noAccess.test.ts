import assert from "node:assert/strict";
import { ACCESS_FIXES, noAccess, type NoAccessKind } from "../../../../components/kubernetes/model/noAccess";
import { tellingLine } from "../../../../components/kubernetes/model/tellingLine";

const HINT = `It looks like you are trying to use a client-go credential plugin that is not installed.

To learn more about this feature, consult the documentation available at:
      https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
`;
const NOT_FOUND = "getting credentials: exec: executable aws-not-here not found";
const log = (words: string) =>
  `E1129 19:38:25.069388    1924 memcache.go:265] "Unhandled Error" err="couldn't get current server API group list: ${words}"\n`;

/** As kubectl 1.32 and 1.36 say it. */
const PLUGIN_MISSING = `E1129 19:38:24.978712    1895 memcache.go:265] "Unhandled Error" err=<
	couldn't get current server API group list: Get "https://127.0.0.1:1/api?timeout=32s": ${NOT_FOUND}

	${HINT.split("\n").join("\n\t")}
 >
Unable to connect to the server: ${NOT_FOUND}

${HINT}`;

const LOGIN = "Error when retrieving token from sso: Token has expired and refresh failed";
const FAILED = "getting credentials: exec: executable aws failed with exit code 255";
const LOGIN_EXPIRED = `${LOGIN}\n${log(FAILED)}${LOGIN}\nUnable to connect to the server: ${FAILED}\n`;

const GKE =
  "Unable to connect to the server: getting credentials: exec: executable gke-gcloud-auth-plugin failed with exit code 1";
const REAUTH =
  "ERROR: (gcloud.config.config-helper) Reauthentication failed. cannot prompt during non-interactive execution.";
const GCLOUD = `F0325 12:00:00.000000     123 cred.go:145] print credential failed with error: Failed to retrieve access token:: failure while executing gcloud, with args [config config-helper --format=json]: exit status 1 (err: ${REAUTH}
Please run:

  $ gcloud auth login

to obtain new credentials.

)
${GKE}
`;

const AZURE =
  "Unable to connect to the server: getting credentials: exec: executable kubelogin failed with exit code 1";
const WITH_USAGE = `Error: failed to get token: AzureCLICredential: please run az login
Usage:
  kubelogin get-token [flags]

Flags:
      --login string   Login method. Errors of it are told
  -h, --help           help for get-token

${AZURE}
`;

const AWS = "Unable to connect to the server: getting credentials: exec: executable aws failed with exit code 252";
const CHOICE = "aws: error: argument operation: Invalid choice, valid choices are:";
const WITH_CHOICES = `usage: aws [options] <command> <subcommand> [parameters]
${CHOICE}

associate-access-policy                  | create-addon
create-cluster                           | delete-cluster
${AWS}
`;

/** What kubectl said; the line that says why, where that is not all of it. */
const SAID: Readonly<Record<NoAccessKind, readonly (string | readonly [string, string])[]>> = {
  kubectl: [
    "kubectl cannot be started (spawn kubectl ENOENT); install it and put it on PATH",
    "kubectl has said nothing within 60 s of its start; this machine is busy, or that is no kubectl",
  ],
  kubeconfig: [
    'error: context "west" does not exist',
    [
      "Error in configuration: \ncontext was not found for specified context: west\n",
      "Error in configuration: context was not found for specified context: west",
    ],
    [
      "Error in configuration: \n* unable to read client-cert /nope.crt for a due to open /nope.crt: no such file or directory\n* unable to read client-key /nope.key\n",
      "Error in configuration: unable to read client-cert /nope.crt for a due to open /nope.crt: no such file or directory",
    ],
    'error: error loading config file "bad.yaml": yaml: line 1: did not find expected node content',
    'error: error loading config file "/root/.kube/config": open /root/.kube/config: permission denied',
    "error: stat missing.yaml: no such file or directory",
    'error: cluster "west" does not exist',
    "error: invalid configuration: no configuration has been provided, try setting KUBERNETES_MASTER environment variable",
    [
      `${log("dial tcp 127.0.0.1:8080: connect: connection refused")}The connection to the server localhost:8080 was refused - did you specify the right host or port?\n`,
      "The connection to the server localhost:8080 was refused - did you specify the right host or port?",
    ],
    "error: tls: failed to find any PEM data in certificate input",
  ],
  credentials: [
    [PLUGIN_MISSING, `Unable to connect to the server: ${NOT_FOUND}`],
    [`${PLUGIN_MISSING}\nInstall aws\nfrom https://aws.example/\n`, `Unable to connect to the server: ${NOT_FOUND}`],
    [GCLOUD, `${GKE} (${REAUTH})`],
    [`${GCLOUD}${GCLOUD}`, `${GKE} (${REAUTH})`],
    [WITH_USAGE, `${AZURE} (Error: failed to get token: AzureCLICredential: please run az login)`],
    [WITH_CHOICES, `${AWS} (${CHOICE})`],
    [`first words\n()\n${AWS}`, `${AWS} (first words)`],
    `no answer within 8 s; what kubectl runs for credentials has said: To sign in, open https://x/devicelogin and enter the code ABC (tried 3 times)`,
    [LOGIN_EXPIRED, `Unable to connect to the server: ${FAILED} (${LOGIN})`],
    [
      "error: You must be logged in to the server (Unauthorized)\n\n",
      "error: You must be logged in to the server (Unauthorized)",
    ],
    "error: You must be logged in to the server (the server has asked for the client to provide credentials)",
    "Error from server (Unauthorized): Unauthorized",
    [
      'error: The gcp auth plugin has been removed.\nPlease use the "gke-gcloud-auth-plugin" kubectl/client-go credential plugin instead.\nSee https://cloud.google.com/x for further details\n',
      "error: The gcp auth plugin has been removed.",
    ],
    "Please enter Username: error: EOF",
    "Unable to connect to the server: remote error: tls: bad certificate",
    "Unable to connect to the server: remote error: tls: expired certificate",
    'Unable to connect to the server: failed to refresh token: oauth2: "invalid_grant"',
  ],
  permission: [
    'Error from server (Forbidden): namespaces "kube-system" is forbidden: User "u" cannot get resource "namespaces" in API group "" in the namespace "kube-system"',
  ],
  tls: [
    "Unable to connect to the server: tls: failed to verify certificate: x509: certificate signed by unknown authority",
    "Unable to connect to the server: x509: certificate is valid for 10.0.0.1, not 10.0.0.2",
    "Unable to connect to the server: tls: failed to verify certificate: x509: certificate has expired or is not yet valid",
    "Unable to connect to the server: http: server gave HTTP response to HTTPS client",
  ],
  network: [
    "The connection to the server 10.1.3.1:6443 was refused - did you specify the right host or port?",
    "Unable to connect to the server: dial tcp: lookup api.west: no such host",
    "Unable to connect to the server: net/http: TLS handshake timeout",
    "Unable to connect to the server: proxyconnect tcp: dial tcp 10.0.0.3:3128: connect: connection refused",
    "Unable to connect to the server: EOF",
    "no answer within 30 s (tried 3 times)",
    "no answer within 30 s; what kubectl runs for credentials has said: Python 3.8 is deprecated (tried 3 times)",
  ],
  other: [
    'error: the server doesn\'t have a resource type "ciliumnodes"',
    'Error from server (NotFound): configmaps "cilium-config" not found',
    "Warning: something\nlast words",
  ],
};

describe("model: why kubectl got nothing out of a cluster", () => {
  for (const [kind, all] of Object.entries(SAID)) {
    for (const said of all) {
      const [words, line] = typeof said === "string" ? [said, said.split("\n").at(-1)] : said;
      it(`is ${kind}: ${String(line)}`, () => {
        assert.deepEqual(noAccess(words), { kind, line });
      });
    }
  }

  it("is said in a line of its own however much there is, and when there is nothing", () => {
    assert.equal(noAccess(`error: ${"x".repeat(5000)}`).line.length, 303);
    assert.deepEqual(noAccess("\n \n"), { kind: "other", line: "no reason given" });
    assert.ok(!noAccess(PLUGIN_MISSING).line.includes("\n"));
  });

  it("has a fix for each of its own", () => {
    const fixes = Object.values(ACCESS_FIXES).map(({ fix }) => fix);
    assert.equal(new Set(fixes).size, fixes.length);
  });

  it("is what a program in a pod said, and not its exit code alone", () => {
    const said = "Error: Unable to connect to the kvstore\ncommand terminated with exit code 1\n";
    assert.equal(tellingLine(said), "command terminated with exit code 1 (Error: Unable to connect to the kvstore)");
  });
});
