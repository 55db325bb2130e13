import type { MeshView } from "../../../../look/model/view";

type Ends = readonly (readonly [from: string, to: string])[];

/** A mesh of n clusters as it is shown; some pairs may be broken, or not seen. */
export function meshOf(n: number, { broken = [], unseen = [] }: { broken?: Ends; unseen?: Ends } = {}): MeshView {
  const names = Array.from({ length: n }, (_, index) => `cluster${String(index + 1)}`);
  const among = (ends: Ends, from: string, to: string) => ends.some(([a, b]) => a === from && b === to);
  return {
    stack: "test",
    at: "2026-12-01T00:00:00.000Z",
    clusters: names.map((name, index) => ({
      name,
      id: 101 + index,
      mode: "kvstore",
      agents: { ready: 2, of: 2 },
      identity: "as configured",
    })),
    pairs: names.flatMap((from) =>
      names
        .filter((to) => to !== from)
        .map((to) => {
          const isBroken = among(broken, from, to);
          const of = among(unseen, from, to) ? 0 : 2;
          return { from, to, of, ready: isBroken ? 0 : of, why: isBroken ? "not connected: no route to host" : "" };
        }),
    ),
    certificates: [],
    problems: [],
    notes: [],
    unseen: [],
  };
}
