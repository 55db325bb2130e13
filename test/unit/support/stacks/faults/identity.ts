import { inCluster, is, notAllowed, unknown, type Fault } from "./fault";

/** Names and ids. */
export const identity: readonly Fault[] = [
  inCluster("an id twice", "id", (cluster, other) => {
    return { to: { ...cluster, id: other.id }, property: "id", reason: is("is also used by"), between: true };
  }),
  ...[-1, 0, 512, 1.5, 1e300].map((id) =>
    inCluster(`id ${String(id)}`, "id", (cluster) => {
      return { to: { ...cluster, id }, property: "id", reason: /^(is out of range|means that)/ };
    }),
  ),
  ...["7", null, true, [1], { n: 1 }].map((id) =>
    inCluster(`an id that is ${JSON.stringify(id)}`, "id", (cluster) => {
      return { to: { ...cluster, id }, property: "id", reason: notAllowed };
    }),
  ),
  ...["default", "Upper", "under_score", "-dash", "dash-", "dot.ted", "", " ", "a".repeat(33), "$(touch x)", "ä"].map(
    (name) =>
      inCluster(`a cluster that is called ${JSON.stringify(name)}`, "name", (cluster) => {
        return { to: { ...cluster, name }, property: "name", reason: /^(is the name of|is longer|does not follow)/ };
      }),
  ),
  inCluster("a cluster that is called __proto__", "name", (cluster) => {
    return { to: { ...cluster, name: "__proto__" }, property: "configuration", reason: unknown };
  }),
];
