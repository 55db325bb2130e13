/** The components of a cluster; the second is what they were called before. */
const OF_CLUSTER = ["clustermesh:index:MeshedCluster", "clustermesh:index:Member"];

/** The mesh's own name in this project, with which names begin: `NAME` in `index.ts`. */
const PREFIX = "clustermesh-";

export const withoutMesh = (name: string): string => (name.startsWith(PREFIX) ? name.slice(PREFIX.length) : name);

/** What a URN says of a resource: its type, those of the components around it, and its name. */
export function partsOf(urn: string): {
  readonly type: string;
  readonly around: readonly string[];
  readonly name: string;
} {
  const [, , types = "", ...name] = urn.split("::");
  const all = types.split("$");
  return { type: all.at(-1) ?? "", around: all.slice(0, -1), name: name.join("::") };
}

export const isCluster = (type: string): boolean => OF_CLUSTER.includes(type);

/** Commands of a cluster that belong to the mesh, by the end of their names. */
const POLICY_CHECK = "-policy-check";

/** The cluster that a resource belongs to; `undefined` for what the whole mesh has. */
export function clusterOf(urn: string, parent: string | undefined): string | undefined {
  const { type, around, name } = partsOf(urn);
  if (isCluster(type)) return withoutMesh(name);
  if (isCluster(around.at(-1) ?? "")) return parent === undefined ? undefined : withoutMesh(partsOf(parent).name);
  return type === "command:local:Command" && name.endsWith(POLICY_CHECK)
    ? withoutMesh(name.slice(0, -POLICY_CHECK.length))
    : undefined;
}
