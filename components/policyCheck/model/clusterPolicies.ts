import { z } from "zod";
import { isObject, texts } from "../../basics/model/json";
import { OWNER_ANNOTATION } from "../../kubernetes/model/ownership";
import { error, errors, warning, warnings, type Diagnostic } from "../../mesh/model/diagnostic";
import { clusterSelectors } from "./clusterSelectors";
import { changedPeers, type MeshChange } from "./meshChange";
import { policyEffects } from "./policyEffects";
import type { CIDRGroup, CIDRGroups } from "./policyRanges";
import { remedy } from "./policyRemedy";

const policy = z.object({
  kind: z.string(),
  metadata: z.object({
    name: z.string(),
    namespace: z.string().optional(),
    annotations: z.record(z.string(), z.string()).optional(),
    labels: z.record(z.string(), z.string()).optional(),
  }),
  spec: z.unknown().optional(),
  specs: z.unknown().optional(),
});

const policyList = z.object({ items: z.array(policy) });

/** An API server does not repeat the kind of its own objects. */
const policyPage = z.object({
  kind: z.string(),
  metadata: z.object({ continue: z.string().default("") }),
  items: z.array(policy.extend({ kind: z.string().optional() })),
});

/** An object that may be a policy, of any kind. */
export type PolicyObject = z.infer<typeof policy>;

/** The objects of a `kubectl get … -o json`. */
export const parsePolicies = (json: string): readonly PolicyObject[] => policyList.parse(JSON.parse(json)).items;

/** A part of a list as an API server gives it, and what it calls the next one; empty after the last. */
export function parsePolicyPage(json: string): { readonly policies: readonly PolicyObject[]; readonly next: string } {
  const { kind, metadata, items } = policyPage.parse(JSON.parse(json));
  const own = kind.replace(/List$/, "");
  return { policies: items.map((item) => ({ ...item, kind: item.kind ?? own })), next: metadata.continue };
}

const isGroup = ({ kind }: PolicyObject): boolean => kind === "CiliumCIDRGroup";

function groupsIn(objects: readonly PolicyObject[]): CIDRGroups {
  const groups = objects.filter(isGroup).map(({ metadata: { name, labels = {} }, spec }): [string, CIDRGroup] => {
    return [name, { cidrs: isObject(spec) ? texts(spec["externalCIDRs"]) : [], labels }];
  });
  return new Map(groups);
}

/** Peers that come or go with addresses that are not known, where policies depend on addresses. */
function unknownAddresses(
  cluster: string,
  policies: readonly PolicyObject[],
  change: MeshChange,
): readonly Diagnostic[] {
  const unknown = changedPeers(change).filter((name) => !Object.hasOwn(change.ranges ?? {}, name));
  const depends = (policy: PolicyObject) => clusterSelectors(policy).some(({ form }) => form.kind === "addresses");
  if (unknown.length === 0 || !policies.some(depends)) return [];
  const reason = `with addresses are not judged for ${unknown.join(", ")}, whose ranges are not known`;
  const fix = "look at fromCIDR, toCIDR, fromCIDRSet, toCIDRSet, ipBlock and networks that have addresses of theirs";
  return [warning({ cluster, property: "policies", reason, fix })];
}

/** More than so many of a cluster are counted: nobody reads a thousand. */
const NAMED = 50;

function bounded(cluster: string, all: readonly Diagnostic[]): readonly Diagnostic[] {
  const rest = {
    cluster,
    property: "policies",
    reason: `and ${all.length - NAMED} places more`,
    fix: "look at those first",
  };
  return [...all.slice(0, NAMED), ...all.slice(NAMED, NAMED + 1).map(({ severity }) => ({ severity, ...rest }))];
}

/**
 * Judges the policies of a cluster whose name or whose peers are about to change. What fails **open** is a reason to refuse: a policy whose
 * subject is gone, a denial that reaches nobody any more (peers too: they are outside from then on, where a rule for everybody lets them in), a
 * permission that begins to match. What fails **closed** is said and no more: it shows at once, and to those whom it hurts. So is whom a policy lets
 * in because its author asked for it: peers that it names, the nodes of peers by an entity that has the nodes of all clusters (`cluster`,
 * `remote-node`), and peers that leave as a part of the outside world, which is let in already.
 *
 * @param policies Everything that may be a policy, and the address groups that they name.
 * @param owner The owner annotation of this stack's objects: they come and go with the stack, and are not judged.
 */
export function judgePolicies(
  cluster: string,
  policies: readonly PolicyObject[],
  change: MeshChange,
  owner: string,
): readonly Diagnostic[] {
  const groups = groupsIn(policies);
  const others = policies.filter(
    (object) => !isGroup(object) && object.metadata.annotations?.[OWNER_ANNOTATION] !== owner,
  );
  const judged = others.flatMap(({ kind, metadata: { name, namespace }, ...policy }) => {
    const where = namespace === undefined ? name : `${namespace}/${name}`;
    return policyEffects(policy, change, groups).map((found) => {
      const property = `${kind} ${where} ${found.path}`;
      const finding = { cluster, property, reason: found.effect, fix: remedy(change, found.cause) };
      return (found.opens ? error : warning)(finding);
    });
  });
  const told = [...unknownAddresses(cluster, others, change), ...bounded(cluster, warnings(judged))];
  return [...bounded(cluster, errors(judged)), ...told];
}
