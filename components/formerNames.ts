import type * as pulumi from "@pulumi/pulumi";

/** How names of resources end, and how they ended before. The others end as they did. */
const ENDINGS = {
  "-original-config": "-originals",
  "-rollout": "-settled",
  "-policy-check": "-guard",
} as const;

const TYPES: Readonly<Record<string, string>> = { "clustermesh:index:MeshedCluster": "clustermesh:index:Member" };

/** Whether a resource in a state has a name that ends so, or ended so before. */
export function endsWith(name: string, ending: keyof typeof ENDINGS): boolean {
  return name.endsWith(ending) || name.endsWith(ENDINGS[ending]);
}

function formerName(name: string): string {
  const [ending, former] = Object.entries(ENDINGS).find(([each]) => name.endsWith(each)) ?? ["", ""];
  return name.slice(0, name.length - ending.length) + former;
}

/**
 * Has a stack that is up find its resources under the names of before: they began with the cluster's name, without the mesh's.
 *
 * @param mesh The name of the mesh, with which the names begin.
 * @param now The name with which they begin now, where that is another one.
 */
export function formerNames(mesh: string, now = mesh): pulumi.ResourceTransformation {
  const prefix = `${now}-`;
  return ({ name, type, props, opts }) => {
    if (!name.startsWith(prefix)) {
      return undefined;
    }
    const rest = name.slice(prefix.length);
    const formerType = TYPES[type];
    const alias = formerType === undefined ? { name: formerName(rest) } : { name: rest, type: formerType };
    const inMesh = now === mesh ? [] : [{ name: `${mesh}-${rest}` }];
    return { props, opts: { ...opts, aliases: [alias, ...inMesh] } };
  };
}
