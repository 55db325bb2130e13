import type { LabCluster } from "../../../lab";
import { waitUntil } from "../waitUntil";

const NAMESPACE = "kube-system";
const NAME = "clustermesh-refusal";
const IN_NAMESPACE = { matchLabels: { "kubernetes.io/metadata.name": NAMESPACE } };
const EFFECTIVE_SECONDS = 60;

/** Something that has a cluster's API server refuse writes. */
export interface Refusal {
  readonly what: string;
  /** What the server says then. */
  readonly words: RegExp;
  readonly objects: (cluster: LabCluster) => Promise<readonly object[]>;
  /** A write that is refused, for kubectl; it is only tried. */
  readonly probe: readonly string[];
}

const nothingToAsk =
  (...objects: readonly object[]) =>
  () =>
    Promise.resolve(objects);
const metadata = { name: NAME };
const tried = ["-n", NAMESPACE, "--dry-run=server"];

/** A webhook that nobody serves. */
const webhook = (...resources: readonly string[]): Refusal => ({
  what: "a webhook that is gone",
  words: /failed calling webhook "gone\.example\.com"/,
  objects: nothingToAsk({
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingWebhookConfiguration",
    metadata,
    webhooks: [
      {
        name: "gone.example.com",
        clientConfig: { url: "https://127.0.0.1:1/" },
        failurePolicy: "Fail",
        sideEffects: "None",
        admissionReviewVersions: ["v1"],
        namespaceSelector: IN_NAMESPACE,
        rules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE", "UPDATE"], resources }],
      },
    ],
  }),
  probe: ["create", "configmap", NAME, ...tried],
});

export const WEBHOOK = webhook("configmaps", "secrets");
/** One that lets Secrets go: where it does not, their deletion waits for the garbage collector, which is refused as well. */
export const CONFIG_WEBHOOK = webhook("configmaps");

/** A quota of as many Secrets as there are. */
export const QUOTA: Refusal = {
  what: "a quota that is used up",
  words: /exceeded quota: clustermesh-refusal/,
  objects: async (cluster) => {
    const { stdout } = await cluster.run(["get", "secrets", "-n", NAMESPACE, "-o", "name"]);
    const count = stdout.split("\n").filter((line) => line !== "").length;
    const hard = { "count/secrets": String(count) };
    return [
      { apiVersion: "v1", kind: "ResourceQuota", metadata: { ...metadata, namespace: NAMESPACE }, spec: { hard } },
    ];
  },
  probe: ["create", "secret", "generic", NAME, ...tried],
};

/** A policy under which `cilium-config` stays as it is. */
export const POLICY: Refusal = {
  what: "an admission policy",
  words: /cilium-config is not to be changed/,
  objects: nothingToAsk(
    {
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: "ValidatingAdmissionPolicy",
      metadata,
      spec: {
        failurePolicy: "Fail",
        matchConstraints: {
          namespaceSelector: IN_NAMESPACE,
          resourceRules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["UPDATE"], resources: ["configmaps"] }],
        },
        validations: [
          { expression: "object.metadata.name != 'cilium-config'", message: "cilium-config is not to be changed" },
        ],
      },
    },
    {
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: "ValidatingAdmissionPolicyBinding",
      metadata,
      spec: { policyName: NAME, validationActions: ["Deny"] },
    },
  ),
  probe: ["annotate", "configmap/cilium-config", `${NAME}=tried`, ...tried],
};

async function refuses(cluster: LabCluster, { probe, words }: Refusal): Promise<boolean> {
  try {
    await cluster.run(probe);
    return false;
  } catch (error) {
    if (error instanceof Error && words.test(error.message)) {
      return true;
    }
    throw error;
  }
}

/** Does something while a cluster refuses writes: from when it does until it does not any more. */
export async function whileRefused<T>(cluster: LabCluster, refusal: Refusal, work: () => Promise<T>): Promise<T> {
  const stdin = JSON.stringify({ apiVersion: "v1", kind: "List", items: await refusal.objects(cluster) });
  try {
    await cluster.run(["create", "--filename=-"], { stdin });
    await waitUntil(`${refusal.what} refuses`, EFFECTIVE_SECONDS, () => refuses(cluster, refusal));
    return await work();
  } finally {
    await cluster.run(["delete", "--filename=-", "--ignore-not-found"], { stdin });
    await waitUntil(
      `${refusal.what} refuses no more`,
      EFFECTIVE_SECONDS,
      async () => !(await refuses(cluster, refusal)),
    );
  }
}
