import type { CiliumMode, UpArgs } from "../../../lab";

/**
 * Clusters as plain Helm installs that can become a mesh: the first has two nodes, the others one. Those with clustermesh-apiserver are
 * installed with the name and id that the lab gives a cluster, the others with the chart's own.
 */
export const plainInstalls = (modes: readonly CiliumMode[]) =>
  ({
    modes,
    nodes: modes.map((_, index) => (index === 0 ? 2 : 1)),
    identities: modes.map((mode, index) =>
      mode === "kvstore" ? undefined : { name: `cluster${index + 1}`, id: 101 + index },
    ),
  }) satisfies UpArgs;
