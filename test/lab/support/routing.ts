import type { Routing } from "../../../lab";

/** Says how packets get from node to node in the labs of the lab level: the long level of native routing sets it. */
export const ROUTING_VARIABLE = "LAB_ROUTING";

/** How they do. Without the variable it is the way of Cilium's chart. */
export function labRouting(asked = process.env[ROUTING_VARIABLE] ?? "tunnel"): Routing {
  if (asked === "tunnel" || asked === "native") return asked;
  throw new Error(`${ROUTING_VARIABLE} ${JSON.stringify(asked)}: give tunnel or native, or leave it out`);
}
