import { z } from "zod";

/** An object that this stack makes. No other owner may have it. */
export interface ManagedObject {
  /** `kind` as kubectl takes it, with group where needed: `secret`, `ciliumnetworkpolicies.cilium.io`. */
  readonly resource: string;
  readonly name: string;
  /** Absent for objects without a namespace. */
  readonly namespace?: string;
}

/** The shape of `Claim`s in a command's input. */
export const managedObjectList = z.array(
  z.object({ resource: z.string(), name: z.string(), namespace: z.string().exactOptional() }),
);
