import assert from "node:assert/strict";
import { fieldOwners } from "../../../../components/kubernetes/model/managedFields";
import type { ClusterInMemory } from "../../../support/kubernetes/clusterInMemory";
import type { StoredObject } from "../../../support/kubernetes/storedObject";
import type { HelmWrites } from "../apiserver";

/** The Secrets whose certificates carry a cluster's name. */
export const [ADMIN, LOCAL] = ["clustermesh-apiserver-admin-cert", "clustermesh-apiserver-local-cert"] as const;

export const base64 = (text: string) => Buffer.from(text).toString("base64");

/** What is in one of them. */
export const filesOf = (who: string) => ({
  "ca.crt": base64("ca"),
  "tls.crt": base64(`crt of ${who}`),
  "tls.key": base64(`key of ${who}`),
});

/** A Secret of a Helm release, by either way in which Helm writes. */
export const helmSecret = (name: string, operation: HelmWrites = "Update"): StoredObject => ({
  apiVersion: "v1",
  kind: "Secret",
  type: "kubernetes.io/tls",
  metadata: {
    ...{ name, namespace: "kube-system", uid: `uid-of-${name}`, resourceVersion: "h1" },
    annotations: { "meta.helm.sh/release-name": "cilium" },
    managedFields: [
      {
        manager: "helm",
        operation,
        fieldsV1: {
          "f:data": { "f:ca.crt": {}, "f:tls.crt": {}, "f:tls.key": {} },
          "f:metadata": { "f:annotations": { "f:meta.helm.sh/release-name": {} } },
          "f:type": {},
        },
      },
    ],
  },
  data: filesOf("helm"),
});

/** One of them in a cluster. */
export const secretIn = (cluster: ClusterInMemory, name: string): StoredObject =>
  cluster.stored(`secret/${name}`, "kube-system") ?? assert.fail(`no ${name}`);

/** All of a Secret but for what every write changes. */
export function secretFields(cluster: ClusterInMemory, name: string) {
  const { metadata, data, ...rest } = secretIn(cluster, name);
  const { managedFields = [], annotations, uid } = metadata;
  const owners = Object.keys(data ?? {}).map((key) => [key, fieldOwners(managedFields, key)]);
  return { ...rest, data, uid, annotations, owners };
}

/** Both of them. */
export const bothSecrets = (cluster: ClusterInMemory) => [ADMIN, LOCAL].map((name) => secretFields(cluster, name));

/** A certificate of ours with its key, as standard input has it. */
export const leafFile = (who: string, revision = 1) => ({
  [`${who}.crt`]: `${who} crt ${String(revision)}`,
  [`${who}.key`]: `${who} key ${String(revision)}`,
});
