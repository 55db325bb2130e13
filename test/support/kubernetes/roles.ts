import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseAllDocuments } from "yaml";
import type { LabCluster } from "../../../lab";

const FOLDER = join(resolve(__dirname, "..", "..", ".."), "docs", "permissions");

/** The files of the documentation, each with its roles, and whether a binding grants them in the namespace of Cilium or in all. */
const FILES = {
  preview: { preview: "all", "preview-cilium": "one", "preview-kube-system": "one" },
  up: { up: "one" },
  apiserver: { "preview-apiserver": "one", "preview-identities": "all", "up-apiserver": "one" },
  "name-and-id": { "up-name": "one", "up-identities": "all" },
  demo: { demo: "all" },
  "restart-stale-pods": { "restart-stale-pods": "all" },
} as const satisfies Readonly<Record<string, Readonly<Record<string, "one" | "all">>>>;

export type RoleFile = keyof typeof FILES;

/** Every role, and where a binding grants it. */
export const PLACES: Readonly<Record<string, "one" | "all">> = Object.fromEntries(
  Object.values(FILES).flatMap((roles) =>
    Object.entries(roles).map(([role, where]) => [`cilium-clustermesh-${role}`, where] as const),
  ),
);

export const ROLE_FILES = Object.keys(FILES) as readonly RoleFile[];

const NAMESPACE = "kube-system";
const roleRef = (name: string) => ({ apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name });

/** Who gets roles: a user by name, or a ServiceAccount of the namespace `default`. */
export type Grantee = { readonly kind: "User" | "ServiceAccount"; readonly name: string };

/** The roles of these files as objects, and the bindings by which a user has them in a cluster. */
function objectsOf(files: readonly RoleFile[], { kind, name: who }: Grantee): readonly object[] {
  const subject =
    kind === "User"
      ? { apiGroup: "rbac.authorization.k8s.io", kind, name: who }
      : { kind, name: who, namespace: "default" };
  return files.flatMap((file) => [
    ...parseAllDocuments(readFileSync(join(FOLDER, `${file}.yaml`), "utf8")).map((each) => each.toJS() as object),
    ...Object.entries(FILES[file]).map(([role, where]) => ({
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: where === "one" ? "RoleBinding" : "ClusterRoleBinding",
      metadata: { name: `${who}-${role}`, ...(where === "one" ? { namespace: NAMESPACE } : {}) },
      roleRef: roleRef(`cilium-clustermesh-${role}`),
      subjects: [subject],
    })),
  ]);
}

const listOf = (items: readonly object[]): string => JSON.stringify({ apiVersion: "v1", kind: "List", items });

/** Gives a user the roles of these files, as the documentation says. */
export async function grantRoles(cluster: LabCluster, who: Grantee, files: readonly RoleFile[]): Promise<void> {
  await cluster.run(["apply", "--filename=-"], { stdin: listOf(objectsOf(files, who)) });
}

/** Takes the bindings away; the roles stay, for others may have them. */
export async function revokeRoles(cluster: LabCluster, who: Grantee, files: readonly RoleFile[]): Promise<void> {
  const bindings = objectsOf(files, who).filter((each) => "subjects" in each);
  await cluster.run(["delete", "--filename=-", "--ignore-not-found"], { stdin: listOf(bindings) });
}
