import { z } from "zod";
import { OWNER_ANNOTATION } from "./agentConfig";
import { clusterSelectors, type ClusterSelector } from "./clusterSelectors";
import type { Problem } from "./problem";

/** What happens to names when a cluster leaves its mesh. */
export interface NameChange {
  /** The name it has in the mesh. */
  readonly from: string;
  /** The name it has afterwards. */
  readonly to: string;
  /** The other members: no pod is known to be of one of them afterwards. */
  readonly peers: readonly string[];
}

/** What happens to a policy at one of its selectors. */
export interface PolicyEffect {
  /** Where: `spec.ingressDeny[0].fromEndpoints[0]`. */
  readonly path: string;
  /** What: `denies nobody of cluster1 any more`. */
  readonly effect: string;
  /** Whether somebody gets through then who does not now. */
  readonly opens: boolean;
}

type Effect = Omit<PolicyEffect, "path">;

/** Whose pods or nodes a selector finds no more. Peers count where it is by a name that it finds them. */
function lost(selector: ClusterSelector, { from, to, peers }: NameChange): readonly string[] {
  const own = selector.matches(from) && !selector.matches(to) ? [from] : [];
  const known = [from, to, ...peers].some((name) => selector.names.includes(name));
  return [...own, ...(known ? peers.filter(selector.matches) : [])];
}

function effectsOf(selector: ClusterSelector, change: NameChange): readonly Effect[] {
  const { place, path, matches } = selector;
  const gained = !matches(change.from) && matches(change.to);
  const gone = lost(selector, change);
  const whom = gone.join(", ");
  switch (place.kind) {
    case "subject": {
      const what = path.endsWith("nodeSelector") ? "node" : "pod";
      if (gone.includes(change.from)) {
        return [{ opens: true, effect: `selects no ${what} any more: its ${what}s are open` }];
      }
      return gained ? [{ opens: false, effect: `selects ${what}s from then on, and does not now` }] : [];
    }
    case "deny": {
      const text = place.direction === "in" ? `denies nobody of ${whom}` : `denies nobody the way to ${whom}`;
      return [
        ...(gone.length === 0 ? [] : [{ opens: true, effect: `${text} any more` }]),
        ...(gained ? [{ opens: false, effect: "denies pods of its own cluster from then on" }] : []),
      ];
    }
    case "allow": {
      const text = place.direction === "in" ? `lets nobody of ${whom} in` : `lets nobody out to ${whom}`;
      const more = place.direction === "in" ? "lets pods of its own cluster in" : "lets pods out to its own cluster";
      return [
        ...(gone.length === 0 ? [] : [{ opens: false, effect: `${text} any more` }]),
        ...(gained ? [{ opens: true, effect: `${more} from then on, and does not now` }] : []),
      ];
    }
  }
}

/** All that happens to a policy when its cluster leaves; nothing where every selector means the same before and after. */
export function policyEffects(
  policy: { readonly spec?: unknown; readonly specs?: unknown },
  change: NameChange,
): readonly PolicyEffect[] {
  return clusterSelectors(policy).flatMap((selector) =>
    effectsOf(selector, change).map((effect) => ({ path: selector.path, ...effect })),
  );
}

const policyList = z.object({
  items: z.array(
    z.object({
      kind: z.string(),
      metadata: z.object({
        name: z.string(),
        namespace: z.string().optional(),
        annotations: z.record(z.string(), z.string()).optional(),
      }),
      spec: z.unknown().optional(),
      specs: z.unknown().optional(),
    }),
  ),
});

/** Policies that do not outlive a cluster's name: those that then let somebody through, and those that then let somebody through no more. */
export interface JudgedPolicies {
  readonly opening: readonly Problem[];
  readonly closing: readonly Problem[];
}

/**
 * Judges the policies of a cluster that is about to lose its name. What fails **open** is a reason to refuse: a policy whose subject is gone, a
 * denial that reaches nobody any more (peers too: they are strangers from then on, whom a rule for everybody lets in), a permission that
 * begins to match. What fails **closed** is said and no more: it shows at once, and to whoever it hurts.
 *
 * @param json `kubectl get … -o json` of everything that may be a policy.
 * @param owner The owner annotation of this stack's objects: they go with the stack, and are not judged.
 */
export function judgePolicies(cluster: string, json: string, change: NameChange, owner: string): JudgedPolicies {
  const judged = policyList.parse(JSON.parse(json)).items.flatMap(({ kind, metadata, ...policy }) => {
    const { name, namespace, annotations } = metadata;
    const object = namespace === undefined ? name : `${namespace}/${name}`;
    const effects = annotations?.[OWNER_ANNOTATION] === owner ? [] : policyEffects(policy, change);
    return effects.map(({ path, effect, opens }) => {
      const property = `${kind} ${object} ${path}`;
      return { opens, problem: { cluster, property, reason: effect, allowed: remedy(change) } };
    });
  });
  const those = (opens: boolean) => judged.filter((each) => each.opens === opens).map(({ problem }) => problem);
  return { opening: those(true), closing: those(false) };
}

function remedy({ from, to }: NameChange): string {
  return `remove it, or have it mean the same under both names (In [${to}, ${from}])`;
}

/** Whether a kind of objects, as `kubectl api-resources -o name` has it, may be one of policies. */
export function isPolicyKind(resource: string): boolean {
  return resource.split(".", 1)[0]?.includes("polic") ?? false;
}
