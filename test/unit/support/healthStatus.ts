import { fixture } from "./fixtures";

interface Agent {
  readonly cluster: { readonly nodes: readonly { readonly name: string }[] };
}

const [FIRST, SECOND] = ["cluster1/node-1", "cluster1/node-2"];

/** The addresses of the recorded nodes. */
export const HEALTH = {
  "node-1": { endpoint: "10.60.0.161", host: "10.1.1.11" },
  "node-2": { endpoint: "10.60.1.44", host: "10.1.1.12" },
} as const;

/**
 * The recorded status of an agent, as the agent of that node would have it.
 *
 * @param over What else its status has.
 */
export function statusOn(node: "node-1" | "node-2", over: object = {}): object {
  const agent = fixture("status/agent") as Agent;
  const { nodes } = agent.cluster;
  return { ...agent, ...over, cluster: { self: node === "node-1" ? FIRST : SECOND, nodes } };
}
