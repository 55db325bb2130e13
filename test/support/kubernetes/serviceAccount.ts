import type { LabCluster } from "../../../lab";
import { waitUntil } from "../waitUntil";
import { kubeconfigOf } from "./kubeconfig";

/** A user of a cluster whose credentials can be taken away. */
export interface ServiceAccount {
  /** A kubeconfig with a token of the account. */
  readonly kubeconfig: string;
  /** Takes the account away, and returns when the API server does not take its token any more. */
  invalidate(): Promise<void>;
  /** Leaves nothing of it in the cluster. */
  remove(): Promise<void>;
}

const NAMESPACE = ["--namespace", "default"];

/** Makes an account that may do everything in a cluster, or nothing of its own. */
export async function makeServiceAccount(
  cluster: LabCluster,
  name: string,
  may: "everything" | "nothing" = "everything",
): Promise<ServiceAccount> {
  await cluster.run(["create", "serviceaccount", name, ...NAMESPACE]);
  if (may === "everything") {
    const admin = ["--clusterrole=cluster-admin", `--serviceaccount=default:${name}`];
    await cluster.run(["create", "clusterrolebinding", name, ...admin]);
  }
  const token = (await cluster.run(["create", "token", name, ...NAMESPACE, "--duration=2h"])).stdout.trim();
  const removeAccount = () => cluster.run(["delete", "serviceaccount", name, ...NAMESPACE, "--ignore-not-found"]);
  const review = { apiVersion: "authentication.k8s.io/v1", kind: "TokenReview", spec: { token } };
  return {
    // The token alone: the lab's client certificate beside it would be taken instead.
    kubeconfig: kubeconfigOf(cluster, { user: () => ({ token }) }),
    invalidate: async () => {
      await removeAccount();
      await waitUntil(`the token of ${name} is not taken any more`, 60, async () => {
        const ask = ["create", "--filename=-", "--output=jsonpath={.status.authenticated}"];
        return (await cluster.run(ask, { stdin: JSON.stringify(review) })).stdout !== "true";
      });
    },
    remove: async () => {
      await removeAccount();
      await cluster.run(["delete", "clusterrolebinding", name, "--ignore-not-found"]);
    },
  };
}
