/** The addresses of two nodes, as a lab has them. */
export const HEALTH = {
  "node-1": { endpoint: "10.60.0.161", host: "10.1.1.11" },
  "node-2": { endpoint: "10.60.1.44", host: "10.1.1.12" },
} as const;

/** The CiliumNode that an agent writes of its own node. */
export function ciliumNode(name: "node-1" | "node-2") {
  const { endpoint, host } = HEALTH[name];
  const addresses = [
    { type: "CiliumInternalIP", ip: "10.60.9.9" },
    { type: "InternalIP", ip: host },
  ];
  return { metadata: { name }, spec: { addresses, health: { ipv4: endpoint } } };
}
