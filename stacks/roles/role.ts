import type { CaOrigin, Signing } from "../../components";
import type { Configuration } from "../configuration/schema";

/**
 * What part of a mesh a stack has: all of it; who signs, and what every cluster has to know of the others; or some of the clusters, with what
 * the stack that signs has published.
 */
export type Role =
  | { readonly kind: "mesh" }
  | { readonly kind: "authority" }
  | {
      readonly kind: "cluster";
      readonly authorityStack: string;
      /** The clusters that this stack looks after, by name. */
      readonly managed: readonly string[];
      readonly origin: CaOrigin;
      /** For the etcds; a clustermesh-apiserver's CA is with its cluster. Holds keys as they are: code that uses one wraps it at once. */
      readonly signing: Signing;
    };

export const WHOLE_MESH: Role = { kind: "mesh" };

/** The clusters that a stack reaches and changes. */
export function managedClusters(role: Role, { clusters }: Configuration): readonly string[] {
  switch (role.kind) {
    case "mesh":
      return Object.keys(clusters);
    case "authority":
      return [];
    case "cluster":
      return role.managed;
  }
}
