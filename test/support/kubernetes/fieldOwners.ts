import type { LabCluster } from "../../../lab";

interface Entry {
  readonly manager: string;
  readonly operation: string;
  readonly subresource?: string;
  readonly fieldsV1: object;
  readonly time?: string;
}

async function managedFields(cluster: LabCluster, object: string): Promise<readonly Entry[]> {
  const how = ["get", object, "-n", "kube-system", "--show-managed-fields", "-o", "json"];
  const { metadata } = JSON.parse((await cluster.run(how)).stdout) as {
    readonly metadata: { readonly managedFields: readonly Entry[] };
  };
  return metadata.managedFields;
}

/** Who owns which fields of an object, by manager and operation. What controllers write of its status is left out. */
export async function fieldOwners(cluster: LabCluster, object: string): Promise<Readonly<Record<string, object>>> {
  const entries = await managedFields(cluster, object);
  const own = entries.filter(({ manager, subresource }) => subresource === undefined && !manager.startsWith("kube-"));
  return Object.fromEntries(own.map(({ manager, operation, fieldsV1 }) => [`${manager} ${operation}`, fieldsV1]));
}
