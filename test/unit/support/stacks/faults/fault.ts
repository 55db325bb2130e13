import type { Draft, DraftCluster } from "../stackDrafts";

/** A line that must be there: about one of these clusters, or about the mesh. */
export interface ExpectedLine {
  readonly clusters?: readonly string[];
  readonly property: string;
  readonly reason: RegExp;
}

/** A draft with a fault in it, and the only lines that the fault may cause. */
export interface Faulty {
  readonly draft: Draft;
  readonly lines: readonly ExpectedLine[];
}

/** A way to get a configuration wrong. */
export interface Fault {
  readonly name: string;
  /** Faults about the same thing are not put into one configuration: one would hide the other. */
  readonly about: string;
  /**
   * @param at Which cluster gets it.
   * @param other A cluster that no fault is put into, for faults between two.
   * @returns Nothing where the draft has no place for it.
   */
  put(draft: Draft, at: number, other: DraftCluster): Faulty | undefined;
}

type Change = (cluster: DraftCluster, other: DraftCluster, draft: Draft) => Changed | undefined;

interface Changed {
  readonly to: object;
  readonly property: string;
  readonly reason: RegExp;
  /** Whether the line may as well be about the other cluster: whichever comes second by name. */
  readonly between?: true;
}

function replaced(draft: Draft, at: number, to: object): Draft {
  return { ...draft, clusters: draft.clusters.map((each, index) => (index === at ? (to as DraftCluster) : each)) };
}

/** A fault of one cluster. */
export function inCluster(name: string, about: string, change: Change): Fault {
  return {
    name,
    about: `cluster: ${about}`,
    put: (draft, at, other) => {
      const cluster = draft.clusters[at];
      const changed = cluster === undefined ? undefined : change(cluster, other, draft);
      if (cluster === undefined || changed === undefined) {
        return undefined;
      }
      const { to, property, reason, between } = changed;
      const named = "name" in to && typeof to.name === "string" ? to.name : cluster.name;
      const clusters = between === undefined ? [named] : [named, other.name];
      return { draft: replaced(draft, at, to), lines: [{ clusters, property, reason }] };
    },
  };
}

/** A fault of a setting of the mesh. */
export function inMesh(name: string, about: string, given: object, property: string, reason: RegExp): Fault {
  return {
    name,
    about: `mesh: ${about}`,
    put: (draft) => ({
      draft: { ...draft, settings: { ...draft.settings, ...given } },
      lines: [{ property, reason }],
    }),
  };
}

/** A cluster, or a part of one, without a property. */
export function without(part: object, property: string): object {
  return Object.fromEntries(Object.entries(part).filter(([key]) => key !== property));
}

/** Reasons begin so. */
export const is = (text: string) => new RegExp(`^${text}`);
export const notAllowed = /^is (not allowed|an? )/;
export const unknown = /^is no property known here/;
export const missing = /^is missing/;
