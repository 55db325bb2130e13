/** What every namespace has by itself, and what says nothing of who uses it. */
const BY_ITSELF = new Set(["ConfigMap/kube-root-ca.crt", "ServiceAccount/default"]);
const OF_CONTROLLERS = new Set([
  "Event",
  "Endpoints",
  "EndpointSlice",
  "CiliumEndpoint",
  "CiliumEndpointSlice",
  "Lease",
]);

/**
 * The objects in a namespace that are neither this stack's nor made by the control plane for another one.
 *
 * @param rows For each object its kind, its name, the kind of what owns it, and the owner annotation, with tabs in between.
 */
export function foreignIn(rows: string, owner: string): readonly string[] {
  return rows.split("\n").flatMap((row) => {
    const [kind = "", name = "", controller = "", stack = ""] = row.split("\t");
    const object = `${kind}/${name}`;
    const known = BY_ITSELF.has(object) || OF_CONTROLLERS.has(kind) || controller !== "" || stack === owner;
    return row === "" || known ? [] : [object];
  });
}
