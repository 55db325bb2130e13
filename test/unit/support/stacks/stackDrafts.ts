import fc from "fast-check";
import type { CA } from "../certificates/ca";

/** A cluster as it is written down, with as much type as its faults need. */
export interface DraftCluster {
  readonly name: string;
  readonly id: number;
  readonly etcd: { readonly endpoints: readonly string[]; readonly ca?: CA; readonly hostAliases?: object };
  readonly podCIDRs: readonly string[];
  readonly nodeCIDRs: readonly string[];
  readonly [property: string]: unknown;
}

/** A stack's configuration before it becomes text: faults are put in here. */
export interface Draft {
  readonly clusters: readonly DraftCluster[];
  readonly settings: Readonly<Record<string, unknown>>;
}

/** A part of every kubeconfig made here; no message may show it. */
export const KUBECONFIG_MARK = "t0ken-0f-a-kubeconfig";

const kubeconfig = (name: string) =>
  `apiVersion: v1\nkind: Config\nusers:\n- name: ${name}\n  user: {token: ${KUBECONFIG_MARK}}\n`;

/** Names that Cilium accepts, with some that JavaScript has a use for. */
const name = fc.oneof(
  { weight: 20, arbitrary: fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,14}[a-z0-9])?$/) },
  { weight: 1, arbitrary: fc.constantFrom("constructor", "prototype", "0", "true", "null", "a".repeat(32)) },
);
const names = fc.uniqueArray(
  name.filter((each) => each !== "default"),
  { minLength: 2, maxLength: 8 },
);

const families = fc.constantFrom<Family>("v4", "v6", "dual");
type Family = "v4" | "v6" | "dual";

const choice = fc.record({
  v6Pod: fc.integer({ min: 48, max: 64 }),
  podPrefix: fc.integer({ min: 16, max: 24 }),
  nodePrefix: fc.integer({ min: 20, max: 28 }),
  endpoint: fc.constantFrom("v4", "v6"),
  named: fc.boolean(),
  aliased: fc.boolean(),
  byKubeconfig: fc.boolean(),
  apiServerEtcd: fc.boolean(),
  context: fc.oneof(
    fc.constant("admin@cluster"),
    fc.constantFrom("$(touch x)", "-v=9", "--context=b", "'; rm -rf /", "`id`", "a b"),
  ),
});
type Choice = typeof choice extends fc.Arbitrary<infer T> ? T : never;

function draftCluster(
  name: string,
  index: number,
  id: number,
  family: Family,
  base: number,
  made: Choice,
): DraftCluster {
  const n = base + index;
  const v4 = family !== "v6";
  const v6 = family !== "v4";
  const host = `etcd-${String(index)}.example.com`;
  const ip = made.endpoint === "v4" ? `192.0.2.${String(index + 1)}` : `[2001:db8::${String(index + 1)}]`;
  const hostAliases =
    made.named && made.aliased ? { hostAliases: { [host]: [`198.51.100.${String(index + 1)}`] } } : {};
  return {
    name,
    id,
    ...(made.byKubeconfig ? { kubeconfig: kubeconfig(name) } : { context: made.context }),
    etcd: {
      endpoints: [`https://${ip}:2379`, ...(made.named ? [`https://${host}:2381`] : [])],
      ...hostAliases,
    },
    ...(made.apiServerEtcd ? { apiServerEtcd: [`https://203.0.113.${String(index + 1)}:2379`] } : {}),
    podCIDRs: [
      ...(v4 ? [`10.${String(n)}.0.0/${String(made.podPrefix)}`] : []),
      ...(v6 ? [`fd00:${String(n)}::/${String(made.v6Pod)}`] : []),
    ],
    nodeCIDRs: [
      ...(v4 ? [`172.16.${String(n)}.0/${String(Math.max(made.nodePrefix, 24))}`] : []),
      ...(v6 ? [`fd01:${String(n)}::/64`] : []),
    ],
  };
}

/** Settings that go together, some of them given and some not. */
const settings = fc.record(
  {
    certificates: fc.record(
      {
        leafDays: fc.integer({ min: 1, max: 365 }),
        authorityDays: fc.integer({ min: 365, max: 4000 }),
        keyAlgorithm: fc.constantFrom("P256", "RSA2048", "RSA4096"),
      },
      { requiredKeys: [] },
    ),
    cilium: fc.constantFrom({}, { operator: false, namespace: "cilium" }),
    peerSecret: fc.constantFrom("cilium-clustermesh", "123", "true"),
    allow: fc.subarray(["overwriteConflicts", "adoptSecret", "openPolicies", "unreachable", "restartStalePods"]),
    wait: fc.record(
      {
        check: fc.constantFrom(false, 1, 600),
        preflight: fc.integer({ min: 1, max: 100 }),
        rollout: fc.constant(false),
      },
      { requiredKeys: [] },
    ),
    requireExternalPeers: fc.boolean(),
    demo: fc.constantFrom(true, false, {}, { image: "redis:8" }),
  },
  { requiredKeys: [] },
);

const ids = fc.uniqueArray(fc.integer({ min: 1, max: 255 }), { minLength: 8, maxLength: 8 });
const eniIds = fc.uniqueArray(fc.integer({ min: 1, max: 127 }), { minLength: 8, maxLength: 8 });
const numbering = fc.oneof(
  { weight: 4, arbitrary: ids.map((all) => ({ ids: all, also: {} })) },
  { weight: 1, arbitrary: ids.map((all) => ({ ids: all.map((id) => id + 256), also: { maxConnectedClusters: 511 } })) },
  { weight: 1, arbitrary: eniIds.map((all) => ({ ids: all, also: { allow: ["sharedSubnets"] } })) },
);

/** Who signs; adopting is rarer, for reading keys is what takes the time. */
const signing = fc.oneof(
  { weight: 12, arbitrary: fc.constant<Signing>("generated") },
  { weight: 1, arbitrary: fc.constant<Signing>("shared") },
  { weight: 1, arbitrary: fc.constant<Signing>("perCluster") },
);
type Signing = "generated" | "shared" | "perCluster";

function withAuthority(draft: Draft, kind: Signing, good: readonly CA[]): Draft {
  const at = (index: number) => good[index % good.length];
  switch (kind) {
    case "generated":
      return draft;
    case "shared":
      return { ...draft, settings: { ...draft.settings, authority: "adopted", ca: at(draft.clusters.length) } };
    case "perCluster": {
      const clusters = draft.clusters.map((each, index) => ({ ...each, etcd: { ...each.etcd, ca: at(index) } }));
      return { clusters, settings: { ...draft.settings, authority: "adopted" } } as Draft;
    }
  }
}

/** Configurations without a fault: two to eight clusters of either or both families, with all that may be given. */
export function drafts(good: readonly CA[], atLeast = 2): fc.Arbitrary<Draft> {
  const many = names.filter((all) => all.length >= atLeast);
  const made = fc.array(choice, { minLength: 8, maxLength: 8 });
  const base = fc.integer({ min: 1, max: 240 });
  return fc
    .tuple(many, numbering, families, base, made, settings, signing)
    .map(([all, numbers, family, first, choices, given, kind]) => {
      const clusters = all.flatMap((each, index) => {
        const [id, chosen] = [numbers.ids[index], choices[index]];
        return id === undefined || chosen === undefined ? [] : [draftCluster(each, index, id, family, first, chosen)];
      });
      return withAuthority({ clusters, settings: { ...given, ...numbers.also } }, kind, good);
    });
}

/** The values of a stack, as its file has them. */
export function valuesOf({ clusters, settings: given }: Draft): Readonly<Record<string, unknown>> {
  return { ...given, clusters: Object.fromEntries(clusters.map(({ name: key, ...rest }) => [key, rest])) };
}
